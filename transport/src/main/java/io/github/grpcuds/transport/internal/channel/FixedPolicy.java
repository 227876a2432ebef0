package io.github.grpcuds.transport.internal.channel;

/**
 * Looks for as long as the user says, unless that is in vain: a look in vain is followed by 1, 2, 4
 * and up to 64 short waits without one.
 */
final class FixedPolicy implements PollPolicy {
  /** In exchanges in which both sides sleep, a wait is a multiple of what it is if none does. */
  private static final int SHORT_WAITS = 8;

  private static final int MOST_SKIPPED = 64;

  private final long nanos;
  private int skipped; // after the last look in vain
  private int toSkip;

  FixedPolicy(long nanos) {
    this.nanos = nanos;
  }

  @Override
  public boolean needsWakeCost() {
    return false;
  }

  @Override
  public long lookNanos(long now, long wakeNanos) {
    return toSkip == 0 ? nanos : 0;
  }

  @Override
  public void waited(long tookNanos) {
    skipped = 0;
  }

  @Override
  public void slept(long lookedNanos, long tookNanos, long wakeNanos) {
    if (toSkip == 0) {
      skipped = Math.min(MOST_SKIPPED, Math.max(1, 2 * skipped));
      toSkip = skipped;
    } else if (tookNanos / SHORT_WAITS < nanos) {
      toSkip--;
    }
  }

  @Override
  public void cameBackLate(long now, long byNanos) {}
}
