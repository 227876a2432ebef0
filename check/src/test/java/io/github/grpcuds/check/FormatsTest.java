package io.github.grpcuds.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FormatsTest {
  private final Report report = new Report();

  @Test
  void textShowsWhatIsWrong() {
    report.section("One", () -> report.ok("name", "a\u001b[2Jb"));
    report.section(
        "Two",
        () -> {
          report.warning("w", 1);
          report.failure("f", 2);
        });
    assertEquals(
        "One\n    name                    a\\x1b[2Jb\n\nTwo\n  ! w                       1\n"
            + "  X f                       2\n\n1 failure (X), 1 warning (!).\n",
        TextFormat.of(report));
    assertEquals(Level.FAILURE, report.worst());
  }

  @Test
  void textOfAllThatIsWell() {
    report.section("One", () -> report.ok("name", "value"));
    assertTrue(TextFormat.of(report).endsWith("\n\nAll is well.\n"));
  }

  @Test
  void aCheckThatBreaksOffIsAFinding() {
    report.section(
        "One",
        () -> {
          throw new IllegalStateException("by the test");
        });
    report.section("Two", () -> report.ok("name", "value"));
    assertEquals(2, report.findings().size());
    assertEquals(Level.FAILURE, report.findings().get(0).level);
    assertTrue(report.findings().get(0).value.contains("by the test"));
  }

  @Test
  void jsonIsEscaped() {
    assertEquals("\"a\\\"b\\\\c\\u000a\"", JsonFormat.quoted("a\"b\\c\n"));
  }

  @Test
  void jsonHasEverything() {
    report.section("One", () -> report.warning("name", "va\"lue"));
    assertEquals(
        "{\"verdict\":\"warning\",\"findings\":[\n{\"section\":\"One\",\"name\":\"name\","
            + "\"level\":\"warning\",\"value\":\"va\\\"lue\"}\n]}\n",
        JsonFormat.of(report));
  }
}
