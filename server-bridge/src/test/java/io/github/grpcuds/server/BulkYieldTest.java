package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BulkYieldTest {
  private long now = -1; // any clock
  private long messages;
  private long yieldTakes;
  private int yields;
  private final BulkYield bulk =
      new BulkYield(
          () -> now,
          () -> messages,
          () -> {
            yields++;
            now += yieldTakes;
          });

  @Test
  void bulkAloneNeverYields() {
    for (int i = 0; i < 1000; i++) {
      assertFalse(bulk.wrote(BulkYield.EACH_BYTES));
    }
  }

  @Test
  void yieldsAfterEachPieceWhileThereAreSmallMessages() {
    messages++;
    assertFalse(bulk.wrote(BulkYield.EACH_BYTES - 1));
    assertTrue(bulk.wrote(1));
    assertFalse(bulk.wrote(BulkYield.EACH_BYTES - 1));
    messages++;
    assertTrue(bulk.wrote(BulkYield.EACH_BYTES));
  }

  @Test
  void stopsSomeTimeAfterTheLastSmallMessage() {
    messages++;
    for (int i = 0; i < BulkYield.YIELDS; i++) {
      assertTrue(bulk.wrote(BulkYield.EACH_BYTES));
    }
    assertFalse(bulk.wrote(BulkYield.EACH_BYTES));
    messages++;
    assertTrue(bulk.wrote(BulkYield.EACH_BYTES));
  }

  @Test
  void yieldsThatTakeNoTimeAreNotCounted() {
    for (int i = 0; i < 1000; i++) {
      bulk.giveWay();
    }
    assertEquals(1000, yields);
  }

  @Test
  void yieldsTakeHalfOfTheTimeAtMost() {
    yieldTakes = TimeUnit.MILLISECONDS.toNanos(4); // the time slice of another process
    long start = now;
    long work = TimeUnit.MICROSECONDS.toNanos(50);
    while (now - start < TimeUnit.SECONDS.toNanos(1)) {
      now += work;
      bulk.giveWay();
    }
    double share = yields * yieldTakes / (double) (now - start);
    assertTrue(share > 0.45 && share < 0.51, "yields took " + share + " of the time");
  }

  @Test
  void savesUpOnlyALittleTime() {
    now += TimeUnit.HOURS.toNanos(1);
    yieldTakes = BulkYield.MOST_CREDIT_NANOS;
    for (int i = 0; i < 10; i++) {
      bulk.giveWay();
    }
    assertEquals(2, yields); // the second one began with nothing saved and nothing owed
  }

  @Test
  void smallMessagesOfTheProcessCount() {
    BulkYield real = new BulkYield();
    BulkYield.received(5);
    assertTrue(real.wrote(BulkYield.EACH_BYTES));
    real.giveWay();
  }
}
