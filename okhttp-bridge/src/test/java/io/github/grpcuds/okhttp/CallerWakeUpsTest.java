package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class CallerWakeUpsTest {
  private final List<String> woken = new ArrayList<>();
  private final CallerWakeUps wakeUps = new CallerWakeUps();

  private Executor caller(String name) {
    return callbacks -> woken.add(name);
  }

  private boolean offer(Executor caller) {
    return wakeUps.offer(caller, () -> {});
  }

  /** Ends with wake-ups being put off. */
  private void answerTwoAtATime() {
    assertFalse(offer(caller("x")));
    assertFalse(offer(caller("y")));
    wakeUps.endBatch();
  }

  @Test
  void loneCallersAreWokenAtOnce() {
    for (int i = 0; i < 3; i++) {
      Executor caller = caller("a");
      assertFalse(offer(caller));
      assertFalse(offer(caller)); // it was quick, and slept again
      wakeUps.endBatch();
    }
    assertEquals(Collections.emptyList(), woken);
  }

  @Test
  void severalCallersAreWokenWhenTheirAnswersAreHandled() {
    answerTwoAtATime();
    assertTrue(offer(caller("a")));
    assertTrue(offer(caller("b")));
    assertEquals(Collections.emptyList(), woken);
    wakeUps.endBatch();
    assertEquals(Arrays.asList("a", "b"), woken);
  }

  @Test
  void callerThatIsAloneAgainIsWokenAtTheEndOnce() {
    answerTwoAtATime();
    assertTrue(offer(caller("a")));
    wakeUps.endBatch();
    wakeUps.endBatch(); // nobody was answered: it changes nothing
    assertEquals(Collections.singletonList("a"), woken);
    assertFalse(offer(caller("b")));
  }

  @Test
  void manyAreNotPutOffForLong() {
    answerTwoAtATime();
    for (int i = 0; i < 20; i++) {
      assertTrue(offer(caller("caller " + i)));
      assertTrue(i - woken.size() < 8, () -> "woken: " + woken);
    }
    wakeUps.endBatch();
    assertEquals(20, woken.size());
  }

  @Test
  void callerThatNoLongerWaitsKeepsUpNobody() {
    answerTwoAtATime();
    Executor gone =
        callbacks -> {
          throw new RejectedExecutionException();
        };
    assertTrue(offer(gone));
    assertTrue(offer(caller("b")));
    wakeUps.endBatch();
    assertEquals(Collections.singletonList("b"), woken);
  }

  /** Finds no memory at the first attempt. */
  private Executor callerWithoutMemory(String name) {
    int[] attempts = {0};
    return callbacks -> {
      if (attempts[0]++ == 0) {
        throw new OutOfMemoryError("not really");
      }
      woken.add(name);
    };
  }

  @Test
  void offerThatFailsKeepsNothing() {
    answerTwoAtATime();
    assertTrue(offer(callerWithoutMemory("a")));
    for (int i = 1; i < 8; i++) {
      assertTrue(offer(caller("b")));
    }
    assertThrows(OutOfMemoryError.class, () -> offer(caller("c")));
    wakeUps.endBatch();
    assertEquals(Arrays.asList("a", "b", "b", "b", "b", "b", "b", "b"), woken);
  }

  @Test
  void wakeUpThatFindsNoMemoryIsTriedAgain() {
    answerTwoAtATime();
    assertTrue(offer(callerWithoutMemory("a")));
    assertTrue(offer(caller("b")));
    assertThrows(OutOfMemoryError.class, wakeUps::endBatch);
    assertEquals(Collections.emptyList(), woken);
    wakeUps.endBatch();
    assertEquals(Arrays.asList("a", "b"), woken);
  }
}
