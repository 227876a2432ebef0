package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A thread that the probe has let pass has stack enough, whichever way its code is run. */
final class StackProbeTest {
  /** Of one variable or two each: as much as sending takes, and half as much again. */
  private static final int FRAMES = 60;

  /** Recurses until the stack is used up, in a thread of its own, again and again. */
  public static void main(String... args) throws InterruptedException {
    int passed = 0;
    long used = 0;
    for (int i = 0; i < 12; i++) {
      Recursion recursion = new Recursion();
      Thread thread =
          new Thread(null, i % 2 == 0 ? recursion::down : recursion::up, "r", 512 << 10);
      thread.start();
      thread.join();
      if (recursion.failed > 0) {
        System.out.println("no stack after " + recursion.failed + " probes, in round " + i);
        return;
      }
      passed += recursion.passed;
      used += recursion.use;
    }
    System.out.println(passed > 0 && used != 0 ? "passed" : "no probe has passed");
  }

  private static final class Recursion {
    private int passed;
    private int failed;
    private long use;

    /** Ends at the first error. */
    void down() {
      try {
        deeper(1);
      } catch (StackOverflowError e) {
        // as it must end
      }
    }

    @SuppressWarnings("InfiniteRecursion") // until there is no stack
    private void deeper(long a) {
      StackProbe.require();
      need();
      deeper(a + 1);
      use += a;
    }

    /** Goes on after each error, as a handler that catches what it should not. */
    @SuppressWarnings("InfiniteRecursion")
    void up() {
      try {
        up();
      } catch (StackOverflowError e) {
        use++;
      }
      try {
        StackProbe.require();
      } catch (StackOverflowError e) {
        return;
      }
      need();
    }

    private void need() {
      passed++;
      try {
        use += frame(FRAMES, 1, 2);
      } catch (StackOverflowError e) {
        failed++;
        throw e;
      }
    }

    private static long frame(int left, long a, long b) {
      return left == 0 ? a : frame(left - 1, b, a) + a + b;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-Xmixed", "-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation"})
  void leavesWhatSendingTakes(String mode) throws Exception {
    assertEquals("passed\n", new ChildJvm(StackProbeTest.class).options(mode).run());
  }

  /** Where HotSpot's way is not to be had. */
  @Test
  void otherMachinesAreProbedByCalls() {
    assertTrue(StackProbe.isHotSpot("OpenJDK 64-Bit Server VM"));
    assertTrue(StackProbe.isHotSpot("Java HotSpot(TM) 64-Bit Server VM"));
    assertFalse(StackProbe.isHotSpot("Eclipse OpenJ9 VM"));
    assertThrows(
        StackOverflowError.class, () -> StackProbe.descend(Integer.MAX_VALUE, 1, 2, 3, 4, 5, 6));
  }
}
