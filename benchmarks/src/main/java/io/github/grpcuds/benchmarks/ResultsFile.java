package io.github.grpcuds.benchmarks;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A line of JSON for the facts, then one for each measurement, written as they come. */
final class ResultsFile implements Closeable {
  private final BufferedWriter writer;

  ResultsFile(Path file, Map<String, Object> facts) throws IOException {
    writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    line(facts);
  }

  void add(Measurement measurement) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("round", measurement.round);
    fields.put("row", measurement.row.id);
    fields.put("transport", measurement.peer.id);
    if (measurement.failure != null) {
      fields.put("failed", measurement.failure);
    }
    fields.putAll(measurement.values);
    line(fields);
  }

  private void line(Map<String, ?> fields) throws IOException {
    writer.write(Json.of(fields));
    writer.newLine();
    writer.flush();
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
