package io.github.grpcuds.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestLogHandlerTest {
  @TempDir Path folder;

  private static LogRecord record(String message) {
    return new LogRecord(Level.WARNING, message);
  }

  @Test
  void tellsWhatThePresentTestHasLogged() throws Exception {
    Path file = folder.resolve("target").resolve("logs.txt");
    TestLogHandler handler = new TestLogHandler(file);

    handler.begin("first");
    handler.publish(record("of the first"));
    handler.begin("silent");
    assertEquals("", handler.current());
    handler.begin("third");
    handler.publish(record("of the third"));
    handler.close();

    assertTrue(handler.current().contains("of the third"), handler.current());
    assertFalse(handler.current().contains("of the first"), handler.current());
    String written = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    assertTrue(written.matches("(?s).*== first\n.*of the first\n.*== third\n.*third\n"), written);
    assertFalse(written.contains("silent"), written);
  }

  @Test
  void nothingLoggedMakesNoFile() {
    TestLogHandler handler = new TestLogHandler(folder.resolve("logs.txt"));
    handler.begin("silent");
    handler.close();
    assertFalse(Files.exists(folder.resolve("logs.txt")));
  }

  /** In this very run, JUnit has found the listener: nothing else prints what is logged. */
  @Test
  void theListenerIsInPlace() {
    assertEquals(1, Logger.getLogger("").getHandlers().length);
    assertTrue(Logger.getLogger("").getHandlers()[0] instanceof TestLogHandler);
  }
}
