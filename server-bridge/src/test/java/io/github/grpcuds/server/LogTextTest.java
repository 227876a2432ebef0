package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class LogTextTest {
  @Test
  void ordinaryTextStays() {
    for (String text :
        new String[] {"", "peer pid=17, \"h2\"", "M\u00fcller \u4e2d \ud83d\ude00"}) {
      assertEquals(text, LogText.escape(text));
    }
    assertEquals(null, LogText.escape((String) null));
  }

  @Test
  void whatForgesLinesOrMovesTheCursorIsShown() {
    assertEquals("a\\u000d\\u000ab", LogText.escape("a\r\nb"));
    assertEquals("\\u001b[31m", LogText.escape("\u001b[31m"));
    assertEquals("\\u009b\\u007f\\u0000\\u0009", LogText.escape("\u009b\u007f\0\t"));
    assertEquals("\\u2028\\u2029\\u0085", LogText.escape("\u2028\u2029\u0085"));
    assertEquals("\\u202e\\u200b\\ufeff", LogText.escape("\u202e\u200b\ufeff"));
    assertEquals("\\ud800x\\ue000", LogText.escape("\ud800x\ue000"));
    assertEquals("\\udb40\\udc41", LogText.escape("\udb40\udc41"), "an invisible tag character");
  }

  @Test
  void longTextIsCut() {
    String cut = LogText.escape(new String(new char[60_000]));
    assertTrue(cut.length() < 2100, "length " + cut.length());
    assertTrue(cut.endsWith("more characters)"), cut);
  }

  @Test
  void failureWithPlainTextStaysWhatItIs() {
    Throwable failure = new IllegalStateException("plain", new RuntimeException("as well"));
    assertSame(failure, LogText.escape(failure));
    assertEquals(null, LogText.escape((Throwable) null));
  }

  @Test
  void failureThatRepeatsWhatAPeerSaidPrintsItEscaped() {
    Throwable failure =
        new IllegalStateException("outer", new NumberFormatException("x\nSEVERE: forged"));
    failure.addSuppressed(new RuntimeException("\u001b[2J"));
    Throwable escaped = LogText.escape(failure);
    assertNotSame(failure, escaped);
    StringWriter printed = new StringWriter();
    escaped.printStackTrace(new PrintWriter(printed));
    String text = printed.toString();
    assertTrue(text.startsWith("java.lang.IllegalStateException: outer"), text);
    assertTrue(
        text.contains("Caused by: java.lang.NumberFormatException: x\\u000aSEVERE: forged"), text);
    assertTrue(text.contains("LogTextTest.failureThat"), text);
    assertTrue(text.indexOf('\u001b') < 0, text);
  }

  @Test
  void failureThatIsItsOwnCausesCauseIsNoEndlessLoop() {
    Throwable first = new RuntimeException("a\nb");
    Throwable second = new RuntimeException("c", first);
    first.initCause(second);
    assertTrue(LogText.escape(first).toString().contains("a\\u000ab"));
  }
}
