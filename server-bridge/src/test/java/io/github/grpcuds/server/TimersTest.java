package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TimersTest {
  private final Timers timers = new Timers();
  private final List<Long> ran = new ArrayList<>();

  private void add(long nanos) {
    timers.add(new Timers.Timer(nanos, () -> ran.add(nanos)));
  }

  private void runAll() {
    while (!timers.isEmpty()) {
      long next = timers.nextNanos();
      timers.poll().run();
      assertEquals(next, ran.get(ran.size() - 1));
    }
  }

  @Test
  void theyComeInTheOrderOfTheirTimes() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      add(random.nextInt(100));
    }
    runAll();
    assertEquals(ran.stream().sorted().collect(Collectors.toList()), ran);
    assertEquals(1000, ran.size());
  }

  @Test
  void timesMayOverflow() {
    add(Long.MIN_VALUE + 5);
    add(Long.MAX_VALUE - 5);
    runAll();
    assertEquals(Arrays.asList(Long.MAX_VALUE - 5, Long.MIN_VALUE + 5), ran);
  }

  @Test
  void mayBeAddedAgainWhenEmpty() {
    add(1);
    runAll();
    add(3);
    add(2);
    runAll();
    assertTrue(timers.isEmpty());
    assertEquals(Arrays.asList(1L, 2L, 3L), ran);
  }
}
