package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConnectionPermitsTest {
  private final AtomicInteger calls = new AtomicInteger();
  private final Runnable whenFree = calls::incrementAndGet;

  @Test
  void whoeverFindsNoneIsToldOfTheNextOnce() {
    ConnectionPermits places = new ConnectionPermits(2);
    assertTrue(places.take(whenFree));
    assertTrue(places.take(whenFree));
    assertFalse(places.take(whenFree));
    assertEquals(0, calls.get());
    places.giveBack();
    assertEquals(1, calls.get());
    places.giveBack();
    assertEquals(1, calls.get());
    assertTrue(places.take(whenFree));
  }

  @Test
  void givingBackIsSilentIfNobodyWaits() {
    ConnectionPermits places = new ConnectionPermits(1);
    assertTrue(places.take(whenFree));
    places.giveBack();
    assertEquals(0, calls.get());
  }

  @Test
  void callThatFailsIsMadeAgainAtTheNextEnd() {
    ConnectionPermits places = new ConnectionPermits(2);
    assertTrue(places.take(whenFree));
    assertTrue(places.take(whenFree));
    Runnable failsOnce =
        () -> {
          if (calls.incrementAndGet() == 1) {
            throw new OutOfMemoryError("simulated");
          }
        };
    assertFalse(places.take(failsOnce));
    assertThrows(OutOfMemoryError.class, places::giveBack);
    places.giveBack();
    assertEquals(2, calls.get());
  }

  /** One takes, as an acceptor does, and others give back just while it finds no place. */
  @Test
  void noEndIsMissed() throws Exception {
    int rounds = 100_000;
    ConnectionPermits places = new ConnectionPermits(1);
    Semaphore taken = new Semaphore(0);
    Semaphore free = new Semaphore(0);
    List<Thread> givers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Thread giver =
          new Thread(
              () -> {
                for (int n = 0; n < rounds / 2; n++) {
                  taken.acquireUninterruptibly();
                  places.giveBack();
                }
              });
      giver.setDaemon(true);
      giver.start();
      givers.add(giver);
    }
    for (int n = 0; n < rounds; n++) {
      while (!places.take(free::release)) {
        assertTrue(free.tryAcquire(Deadline.SECONDS, TimeUnit.SECONDS), "not told in round " + n);
      }
      taken.release();
    }
    for (Thread giver : givers) {
      giver.join(TimeUnit.SECONDS.toMillis(Deadline.SECONDS));
      assertFalse(giver.isAlive());
    }
  }
}
