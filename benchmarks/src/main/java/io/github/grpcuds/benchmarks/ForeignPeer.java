package io.github.grpcuds.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program of another language, which is server and client of its own: {@code serve PATH} until
 * its input ends, and {@code bench PATH SECONDS}, which prints a line of numbers. It does all its
 * rows in one run, so there is one a round.
 */
final class ForeignPeer {
  private static final long SPARE_SECONDS = 60;

  /** What the numbers mean, in their order. */
  private static final Row[] ROWS = {
    Row.UNARY_1_DEFAULT,
    Row.UNARY_1_DEFAULT,
    Row.FUTURES_64,
    Row.SERVER_STREAM_32,
    Row.SERVER_STREAM_64K,
    Row.SERVER_STREAM_4M,
    Row.CLIENT_STREAM_32,
    Row.CLIENT_STREAM_64K,
    Row.CLIENT_STREAM_4M
  };

  private static final Metric[] METRICS = {
    Metric.P50,
    Metric.P99,
    Metric.CALLS,
    Metric.MESSAGES,
    Metric.BYTES,
    Metric.BYTES,
    Metric.MESSAGES,
    Metric.BYTES,
    Metric.BYTES
  };

  private static final int QUICK = 3; // numbers of a run without streams

  private final Peer peer;
  private final Path target;
  private final Path folder;
  private final boolean streams;
  private final double seconds;
  private final Map<Row, Map<String, Double>> results = new EnumMap<>(Row.class);
  private int round; // of the results; 0: there are none

  /**
   * A program that has not run yet.
   *
   * @param target the folder that Maven builds to
   * @param folder for its socket and its log
   */
  ForeignPeer(Peer peer, Path target, Path folder, CompareOptions options) {
    this.peer = peer;
    this.target = target;
    this.folder = folder;
    this.seconds = options.seconds;
    this.streams =
        options.rows.stream()
            .anyMatch(row -> row.kind == Row.Kind.DOWNLOAD || row.kind == Row.Kind.UPLOAD);
  }

  /** Whether such programs do a row. */
  static boolean takesPart(Row row) {
    for (Row known : ROWS) {
      if (known == row) {
        return true;
      }
    }
    return false;
  }

  /** The values of a row in a round. */
  Map<String, Double> values(int number, Row row) throws IOException, InterruptedException {
    if (round != number) {
      round = number;
      results.clear();
      note(run());
    }
    Map<String, Double> values = results.get(row);
    if (values == null) {
      throw new IOException("no numbers of this round");
    }
    return values;
  }

  private void note(String line) throws IOException {
    String[] numbers = line.trim().split("[ ,;/]+", -1);
    if (numbers.length < (streams ? ROWS.length : QUICK)) {
      throw new IOException("not the numbers that were expected: " + line);
    }
    for (int i = 0; i < Math.min(numbers.length, ROWS.length); i++) {
      results
          .computeIfAbsent(ROWS[i], row -> new HashMap<>())
          .put(METRICS[i].id, Double.valueOf(numbers[i]));
    }
  }

  private String run() throws IOException, InterruptedException {
    String program = program();
    String path = folder.resolve(peer + "-" + round + ".sock").toString();
    Process server = start(program, "serve", path);
    try {
      firstLine(server, SPARE_SECONDS); // it listens
      return firstLine(
          start(program, "bench", path, String.format(Locale.ROOT, "%.1f", seconds)),
          (long) (20 * seconds) + SPARE_SECONDS);
    } finally {
      server.destroyForcibly();
    }
  }

  private Process start(String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    if (!streams) {
      builder.environment().put("QUICK", "1");
    }
    return builder.redirectError(folder.resolve(peer + ".log").toFile()).start();
  }

  private static String firstLine(Process process, long seconds)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader out =
                  new BufferedReader(
                      new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                line.add(String.valueOf(out.readLine()));
              } catch (IOException e) {
                line.add("cannot be read: " + e);
              }
            });
    reader.setDaemon(true);
    reader.start();
    reader.join(TimeUnit.SECONDS.toMillis(seconds));
    if (reader.isAlive() || line.isEmpty()) {
      process.destroyForcibly();
      throw new IOException("printed nothing within " + seconds + " s");
    }
    return line.get(0);
  }

  /** Where the environment says, or where it is built to, or beside the repository. */
  private String program() throws IOException {
    String set = System.getenv("GRPCUDS_PEER_" + peer.name());
    if (set != null) {
      return set;
    }
    Path built = target.resolve("peers").resolve(peer.id);
    for (Path place : new Path[] {built, Paths.get("../shared/peers/dotnet", peer.id)}) {
      if (Files.isExecutable(place)) {
        return place.toAbsolutePath().toString();
      }
    }
    File reason = new File(built + ".skipped");
    throw new IOException(
        "skipped: "
            + (reason.exists()
                ? new String(Files.readAllBytes(reason.toPath()), StandardCharsets.UTF_8).trim()
                : "not there, and not named by GRPCUDS_PEER_" + peer.name()));
  }
}
