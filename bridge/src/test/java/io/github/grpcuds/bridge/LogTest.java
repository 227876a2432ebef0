package io.github.grpcuds.bridge;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class LogTest {
  @Test
  void whatABackendSaysStaysInItsLine() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, "UTF-8"));
    try {
      Log.line("failed: \u001b[2J\nforged");
    } finally {
      System.setErr(before);
    }
    String line = printed.toString("UTF-8");
    String end = " uds-bridge: failed: \\x1b[2J\\x0aforged" + System.lineSeparator();
    assertTrue(line.endsWith(end), line);
  }
}
