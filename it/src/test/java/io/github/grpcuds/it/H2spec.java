package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/**
 * The conformance suite h2spec 2.2.0, whose executable a Maven plugin of that name brings along.
 */
final class H2spec {
  private static final String ARCHIVE = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
  private static final String EXECUTABLE = "h2spec";
  private static final int TAR_BLOCK = 512;
  private static final long LIMIT_SECONDS = 400;

  /** How one run went. */
  static final class Result {
    /** "package/case: title" of each case. */
    final List<String> all = new ArrayList<>();

    final List<String> failed = new ArrayList<>();

    @Override
    public String toString() {
      return (all.size() - failed.size()) + " of " + all.size() + " passed";
    }
  }

  private H2spec() {}

  /** Skips the test where there is no executable. */
  static void assumeAvailable() {
    String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    Assumptions.assumeTrue(
        platform.equals("Linux amd64"), () -> "h2spec runs on Linux amd64, not on " + platform);
  }

  /** Runs it against a port of the loopback address. */
  static Result run(int port, String... options) throws Exception {
    Path report = Files.createTempFile("h2spec", ".xml");
    try {
      List<String> command = new ArrayList<>();
      command.add(executable().toAbsolutePath().toString());
      command.addAll(Arrays.asList("-h", "127.0.0.1", "-p", String.valueOf(port)));
      command.addAll(Arrays.asList("-o", "2", "-j", report.toString()));
      command.addAll(Arrays.asList(options));
      execute(command);
      return parse(report);
    } finally {
      Files.delete(report);
    }
  }

  private static void execute(List<String> command) throws Exception {
    Path log = Paths.get("target", "h2spec", "output.txt");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      assertTrue(
          process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS),
          () -> command + " runs longer than " + LIMIT_SECONDS + " s; see " + log);
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path executable() throws IOException {
    Path file = Paths.get("target", "h2spec", EXECUTABLE);
    if (!Files.exists(file)) {
      Files.createDirectories(file.getParent());
      Files.write(file, unpack());
      assertTrue(file.toFile().setExecutable(true), () -> "cannot be executed: " + file);
    }
    return file;
  }

  /** The one file in the archive that is wanted. */
  private static byte[] unpack() throws IOException {
    try (InputStream archive = H2spec.class.getResourceAsStream(ARCHIVE);
        DataInputStream tar = new DataInputStream(new GZIPInputStream(archive))) {
      byte[] header = new byte[TAR_BLOCK];
      while (true) {
        tar.readFully(header);
        String name = field(header, 0, 100);
        byte[] content = new byte[Integer.parseInt(field(header, 124, 12), 8)];
        tar.readFully(content);
        if (name.endsWith(EXECUTABLE)) {
          return content;
        }
        tar.readFully(new byte[-content.length & (TAR_BLOCK - 1)]);
      }
    }
  }

  private static String field(byte[] header, int offset, int length) {
    String all = new String(header, offset, length, StandardCharsets.US_ASCII);
    int end = all.indexOf(0);
    return (end < 0 ? all : all.substring(0, end)).trim();
  }

  /** What the server has sent is quoted as it is, with characters that are not XML. */
  private static String text(Path report) throws IOException {
    String text = new String(Files.readAllBytes(report), StandardCharsets.UTF_8);
    return text.replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]", "?");
  }

  private static Result parse(Path report) throws Exception {
    Result result = new Result();
    NodeList cases =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(text(report))))
            .getElementsByTagName("testcase");
    for (int i = 0; i < cases.getLength(); i++) {
      Element each = (Element) cases.item(i);
      String name = each.getAttribute("package") + ": " + each.getAttribute("classname");
      result.all.add(name);
      if (each.getElementsByTagName("*").getLength() > 0) { // failure, error or skipped
        result.failed.add(name + " -- " + each.getTextContent().trim().replaceAll("\\s+", " "));
      }
    }
    return result;
  }
}
