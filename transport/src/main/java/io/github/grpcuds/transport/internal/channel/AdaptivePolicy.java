package io.github.grpcuds.transport.internal.channel;

import java.util.concurrent.TimeUnit;

/**
 * For how long a thread that waits for input should look for it before it sleeps: arithmetic alone,
 * on times that it is told.
 *
 * <p>A sleep costs several times what it takes to be woken: it delays this end by that, its peer's
 * next wait as well, and takes processor time. So a wait that is looked through costs its length,
 * one that is slept through {@link #SLEEP_IN_WAKES} wake-ups and {@link #SLEEP_NANOS}, and one that
 * looks in vain both. The policy keeps the lengths of the last {@link #WINDOW} waits, and picks the
 * time to look that would have been the cheapest for them; mostly that is none, or somewhat more
 * than answers take.
 *
 * <p>A look after which the processor came back late took it from somebody who has work to do. Then
 * there are no looks for {@link #PENALTY} times as long as it was gone, and for twice as long as
 * last time if it happens again within {@link #SOON} waits, a second at most: a pause of the JVM is
 * forgotten, and on a busy machine looking costs next to nothing.
 *
 * <p>Used by one thread at a time.
 */
final class AdaptivePolicy implements PollPolicy {
  static final int SLEEP_IN_WAKES = 3;

  /**
   * What a sleep costs however fast the wake-up is: system calls, two switches of threads, and
   * caches that have gone cold.
   */
  static final long SLEEP_NANOS = TimeUnit.MICROSECONDS.toNanos(25);

  static final int WINDOW = 32;
  static final int PENALTY = 16;
  static final int SOON = 16;

  /** Of lengths of waits: two to each doubling, from a microsecond on. */
  private static final int BUCKETS = 24;

  private static final long[] BOUNDS = bounds();
  private static final long MOST_QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long mostNanos;
  private final long[] last = new long[WINDOW]; // lengths of the last waits
  private final int[] counts = new int[BUCKETS + 1]; // of them, by length; the last one: longer
  private final long[] sums = new long[BUCKETS + 1];
  private int waits;
  private int looks; // waits since the last late look
  private long quietStart;
  private long quietNanos; // 0: no late look of late

  /** Of lengths that waits are compared with. */
  private static long[] bounds() {
    long[] bounds = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      bounds[i] = (long) (1000 * Math.pow(2, i / 2.0));
    }
    return bounds;
  }

  /**
   * A policy that has seen nothing yet.
   *
   * @param mostNanos it never looks longer
   */
  AdaptivePolicy(long mostNanos) {
    this.mostNanos = mostNanos;
  }

  /** Not before it has seen enough waits to make use of it. */
  @Override
  public boolean needsWakeCost() {
    return waits >= WINDOW;
  }

  @Override
  public long lookNanos(long now, long wakeNanos) {
    if (wakeNanos == 0 || !needsWakeCost() || now - quietStart < quietNanos) {
      return 0;
    }
    looks = Math.min(looks + 1, SOON);
    long sleep = sleepCost(wakeNanos);
    long best = 0;
    long leastCost = WINDOW * sleep;
    long missed = WINDOW; // waits that would have been longer than the best time to look
    long found = 0;
    long foundNanos = 0;
    for (int i = 0; i < BUCKETS && BOUNDS[i] <= mostNanos; i++) {
      found += counts[i];
      foundNanos += sums[i];
      long cost = foundNanos + (WINDOW - found) * (BOUNDS[i] + sleep);
      if (cost < leastCost) {
        leastCost = cost;
        best = BOUNDS[i];
        missed = WINDOW - found;
      }
    }
    return best == 0 ? 0 : Math.min(mostNanos, best + room(best, missed, leastCost, sleep));
  }

  static long sleepCost(long wakeNanos) {
    return SLEEP_IN_WAKES * wakeNanos + SLEEP_NANOS;
  }

  /**
   * The next wait may be a little longer than the last ones: to look for that as well may cost a
   * twentieth more where some are longer anyway, and what a sleep costs where none was.
   */
  private static long room(long best, long missed, long leastCost, long sleep) {
    return missed == 0 ? Math.max(best, sleep) : Math.min(best, leastCost / missed / 20);
  }

  @Override
  public void waited(long nanos) {
    int place = waits % WINDOW;
    if (waits >= WINDOW) {
      add(last[place], -1);
    }
    last[place] = nanos;
    add(nanos, 1);
    waits++;
    if (waits == 2 * WINDOW) {
      waits = WINDOW;
    }
  }

  private void add(long nanos, int sign) {
    int bucket = bucket(nanos);
    counts[bucket] += sign;
    sums[bucket] += sign * nanos;
  }

  @Override
  public void slept(long lookedNanos, long tookNanos, long wakeNanos) {
    waited(Math.max(tookNanos - wakeNanos, lookedNanos + lookedNanos / 2));
  }

  @Override
  public void cameBackLate(long now, long byNanos) {
    boolean again = quietNanos > 0 && looks < SOON;
    looks = 0;
    long quiet = PENALTY * byNanos;
    quietNanos = Math.min(MOST_QUIET_NANOS, again ? Math.max(quiet, 2 * quietNanos) : quiet);
    quietStart = now;
  }

  private static int bucket(long nanos) {
    int bucket = 0;
    while (bucket < BUCKETS && nanos > BOUNDS[bucket]) {
      bucket++;
    }
    return bucket;
  }
}
