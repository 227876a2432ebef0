package io.github.grpcuds.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChildJvmTest {
  /** Answers lines until its input ends. */
  static final class Answering {
    public static void main(String[] args) {
      System.err.println("a " + System.getProperty("of") + " " + args[0]);
      Scanner lines = new Scanner(System.in, "UTF-8");
      while (lines.hasNextLine()) {
        System.out.println("heard " + lines.nextLine());
      }
    }
  }

  /** Ends badly. */
  static final class Failing {
    public static void main(String[] args) {
      System.out.println("about to fail");
      System.exit(3);
    }
  }

  @Test
  void talksInLines() throws Exception {
    try (ChildProcess child = new ChildJvm(Answering.class).property("of", "child").start("x")) {
      assertEquals("x", child.hear("a child"));
      assertEquals("heard one", child.ask("one"));
      child.say("two");
      assertEquals("two", child.hear("heard"));
    }
  }

  @Test
  void killsAndTellsTheStatus() throws Exception {
    try (ChildProcess child = new ChildJvm(Answering.class).start("x")) {
      child.kill();
      assertEquals(128 + 9, child.awaitExit());
    }
  }

  @Test
  void aBadStatusFailsWithTheOutput() {
    AssertionError e = assertThrows(AssertionError.class, () -> new ChildJvm(Failing.class).run());
    assertTrue(e.getMessage().contains("about to fail"), e.getMessage());
  }

  @Test
  void waitsNoLongerThanItsLimit() {
    Deadline deadline = Deadline.after(20, TimeUnit.MILLISECONDS);
    AssertionError e =
        assertThrows(
            AssertionError.class, () -> Await.until(deadline, () -> false, () -> "was red"));
    assertTrue(e.getMessage().contains("0.02 s: was red"), e.getMessage());
  }
}
