package io.github.grpcuds.transport.internal.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/**
 * Waits of many lengths on machines that are quick or slow to wake a thread. What they cost in all
 * is compared with what it is if the thread always sleeps, and if it looks until the input comes.
 */
final class AdaptivePolicyTest {
  private static final int WAITS = 3_000;
  private static final int MANY_WAITS = 20_000;
  private static final int LEARNING = 2 * AdaptivePolicy.WINDOW; // waits before those that count
  private static final long MOST = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int[] WAKES = {5, 10, 20, 40, 80, 120, 200}; // microseconds
  private static final int[] ANSWERS = {5, 10, 20, 40, 80, 160, 320, 640, 1250, 2500, 5000, 10000};

  private final Random random = new Random(16);
  private long now;

  /** With lengths that differ by a tenth or so, as those of one kind do. */
  private long about(int micros) {
    return (long) (1000 * micros * (1 + 0.05 * random.nextGaussian()));
  }

  private void assertCheap(String what, IntToLongFunction answers) {
    assertCheap(what, WAITS, answers);
  }

  private void assertCheap(String what, int waits, IntToLongFunction answers) {
    for (int micros : WAKES) {
      long wake = TimeUnit.MICROSECONDS.toNanos(micros);
      long sleep = AdaptivePolicy.sleepCost(wake);
      AdaptivePolicy policy = new AdaptivePolicy(MOST);
      double cost = 0;
      double always = 0;
      for (int i = -LEARNING; i < waits; i++) {
        long answer = Math.max(1000, answers.applyAsLong(Math.max(0, i)));
        double costs = cost(policy, answer, wake, sleep);
        always += i < 0 ? 0 : answer;
        cost += i < 0 ? 0 : costs;
      }
      double never = (double) waits * sleep;
      double ratio = cost / Math.min(never, always);
      assertTrue(
          ratio <= 1.1, what + ", wake-up of " + micros + " us: " + ratio + " of the better");
    }
  }

  private double cost(AdaptivePolicy policy, long answer, long wake, long sleep) {
    long look = policy.lookNanos(now, wake);
    now += answer;
    if (answer <= look) {
      policy.waited(answer);
      return answer;
    }
    now += wake;
    policy.slept(look, answer + wake, wake);
    return look + sleep;
  }

  @Test
  void isWithinATenthOfTheBetterForSteadyAnswers() {
    for (int micros : ANSWERS) {
      assertCheap("answers of " + micros + " us", i -> about(micros));
    }
  }

  @Test
  void isWithinATenthOfTheBetterForTwoKindsOfAnswers() {
    for (int quick : ANSWERS) {
      for (int slow : ANSWERS) {
        assertCheap(
            "answers of " + quick + " or " + slow + " us",
            i -> about(random.nextInt(4) == 0 ? slow : quick));
      }
    }
  }

  @Test
  void isWithinATenthOfTheBetterForAnswersThatDrift() {
    for (int cycles : new int[] {1, 5, 20}) {
      assertCheap(
          "answers from 5 us to 10 ms and back " + cycles + " times",
          MANY_WAITS,
          i -> {
            double place = Math.abs((double) i * cycles / MANY_WAITS % 1 - 0.5) * 2;
            return (long) (5000 * Math.pow(2000, place));
          });
    }
  }

  @Test
  void isWithinATenthOfTheBetterForAnswersThatChangeAtOnce() {
    for (int length : new int[] {1000, 5000}) {
      assertCheap(
          "answers of 10 us and 3 ms, " + length + " each",
          MANY_WAITS,
          i -> about(i / length % 2 == 0 ? 10 : 3000));
    }
  }

  @Test
  void isWithinATenthOfTheBetterForAnswersOfAllLengths() {
    assertCheap(
        "answers of 5 us to 10 ms", i -> (long) (5000 * Math.pow(2000, random.nextDouble())));
    for (int mean : new int[] {10, 50, 200, 2000}) {
      assertCheap(
          "exponential answers of " + mean + " us",
          i -> (long) (-1000 * mean * Math.log(1 - random.nextDouble())));
    }
  }

  @Test
  void doesNotLookWhereItIsNotKnownWhatAWakeUpTakes() {
    AdaptivePolicy policy = new AdaptivePolicy(MOST);
    for (int i = 0; i < 100; i++) {
      assertEquals(0, policy.lookNanos(0, 0));
      policy.waited(10_000);
    }
  }

  private AdaptivePolicy looking() {
    AdaptivePolicy policy = new AdaptivePolicy(MOST);
    for (int i = 0; i < AdaptivePolicy.WINDOW; i++) {
      policy.waited(10_000);
    }
    assertTrue(policy.lookNanos(now, 20_000) > 0);
    return policy;
  }

  @Test
  void aLateReturnIsFollowedByLongerAndLongerTimesWithoutLooks() {
    AdaptivePolicy policy = looking();
    long late = 3_000_000;
    long quiet = AdaptivePolicy.PENALTY * late;
    for (int i = 0; i < 4; i++) {
      policy.cameBackLate(now, late);
      assertEquals(0, policy.lookNanos(now + quiet - 1, 20_000));
      now += quiet;
      assertTrue(policy.lookNanos(now, 20_000) > 0);
      quiet *= 2;
    }
  }

  @Test
  void aLateReturnOfManyLooksAgoIsForgotten() {
    AdaptivePolicy policy = looking();
    long late = 300_000;
    long quiet = AdaptivePolicy.PENALTY * late;
    for (int i = 0; i < 100; i++) {
      policy.cameBackLate(now, late);
      now += quiet;
      for (int look = 0; look < AdaptivePolicy.SOON; look++) {
        assertTrue(policy.lookNanos(now, 20_000) > 0, "look " + look + " after late return " + i);
        now += 10_000;
      }
    }
  }

  @Test
  void looksAgainAfterASecondHoweverLateItWas() {
    AdaptivePolicy policy = looking();
    for (int i = 0; i < 100; i++) {
      policy.cameBackLate(now, 100_000_000);
      now += TimeUnit.SECONDS.toNanos(1);
      assertTrue(policy.lookNanos(now, 20_000) > 0);
    }
  }

  @Test
  void neverLooksLongerThanItMay() {
    AdaptivePolicy policy = new AdaptivePolicy(30_000);
    for (int i = 0; i < AdaptivePolicy.WINDOW; i++) {
      policy.waited(50_000);
    }
    assertEquals(0, policy.lookNanos(0, 100_000));
  }
}
