package io.github.grpcuds.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

class RecorderTest {
  private final Recorder recorder = new Recorder();

  @Test
  void shareOfTheTimesIsFound() {
    for (int i = 100; i > 0; i--) {
      recorder.record(i * 1000L);
    }

    assertEquals(51, recorder.micros(0.5));
    assertEquals(100, recorder.micros(0.99));
    assertEquals(100, recorder.operations());
  }

  @Test
  void countedOperationsHaveNoTimes() {
    recorder.count(7);

    assertEquals(7, recorder.operations());
    assertFalse(recorder.hasTimes());
  }

  @Test
  void timesBeforeTheResetAreForgotten() {
    recorder.record(9000);
    recorder.reset();
    recorder.record(1000);

    assertEquals(1, recorder.micros(0.99));
  }
}
