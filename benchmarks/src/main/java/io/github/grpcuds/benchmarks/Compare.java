package io.github.grpcuds.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the transports: in rounds, one at a time, client and server in processes of their own.
 */
final class Compare {
  private final CompareOptions options;
  private final Path target;
  private final Path output;
  private final Results results;

  private Compare(CompareOptions options, Path target) {
    this.options = options;
    this.results = new Results(options.yardstick);
    this.target = target;
    this.output = target.resolve("compare");
  }

  /** Takes {@link CompareOptions}; the property target names the folder that Maven builds to. */
  public static void main(String[] args) throws Exception {
    CompareOptions options;
    try {
      options = CompareOptions.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + CompareOptions.USAGE);
      System.exit(2);
      return;
    }
    File target = new File(System.getProperty("target", "benchmarks/target"));
    new Compare(options, target.toPath()).run(new PeerJars(target));
  }

  private void run(PeerJars jars) throws IOException, InterruptedException {
    Path logs = output.resolve("logs");
    delete(logs);
    Files.createDirectories(logs);
    Path folder = Files.createTempDirectory("uds-compare");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    Map<String, Object> facts = Facts.of(options, jars);
    facts.forEach((name, value) -> System.out.println("- " + name + ": " + value));
    Jvms jvms = new Jvms(options, jars, logs.toFile());
    try (ResultsFile file = new ResultsFile(output.resolve("results.jsonl"), facts);
        Measurer measurer = new Measurer(options, jvms, jars, target, folder)) {
      System.out.println("- raw ping-pong: " + rawPingPong(measurer));
      for (int round = 1; round <= options.rounds; round++) {
        round(round, measurer, file);
      }
    }
    report(facts);
  }

  /** What waking a process over a socket takes on this machine, which most rows depend on. */
  private static String rawPingPong(Measurer measurer) throws InterruptedException {
    try {
      return String.format(Locale.ROOT, "%.1f us", measurer.rawPingPongMicros());
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private void round(int round, Measurer measurer, ResultsFile file)
      throws IOException, InterruptedException {
    int turn = round;
    for (Row row : options.rows) {
      System.err.println("round " + round + " of " + options.rounds + ": " + row);
      for (Peer peer : rotated(turn++)) {
        if (peer.takesPart(row)) {
          Measurement measurement = measurer.measure(round, row, peer);
          results.add(measurement);
          file.add(measurement);
        }
      }
    }
  }

  /** So that none comes always first, or always after the same. */
  private List<Peer> rotated(int by) {
    List<Peer> peers = options.peers;
    return Stream.iterate(by, i -> i + 1)
        .limit(peers.size())
        .map(i -> peers.get(i % peers.size()))
        .collect(Collectors.toList());
  }

  private void report(Map<String, Object> facts) throws IOException {
    String table = new Table(options, results).markdown();
    String caption = facts.get("date") + ", " + facts.get("cpu") + ", Java " + facts.get("java");
    write("table.md", table);
    write("picture.svg", new Picture(options, results).svg(caption));
    System.out.println("\n" + table);
    System.out.println("In " + output + ": results.jsonl, table.md, picture.svg, logs");
  }

  private void write(String name, String text) throws IOException {
    Files.write(output.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      System.err.println("cannot delete " + folder + ": " + e);
    }
  }
}
