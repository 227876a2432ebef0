package io.github.grpcuds.http2.internal;

import java.util.concurrent.TimeUnit;

/**
 * An allowance that use draws from and time fills again (a token bucket), and what was earned
 * besides, which is used first.
 *
 * <p>The clock is read only when the allowance seems used up.
 */
final class TokenBucket {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final String what;
  private final double perSecond;
  private final double most;
  private final double mostEarned;
  private double left;
  private double earned;
  private long filled;

  /**
   * An allowance.
   *
   * @param what is allowed, to end a sentence
   * @param perSecond how much comes back in a second
   * @param most how much can be used at once
   * @param mostEarned how much can be used at once of what was earned
   */
  TokenBucket(String what, double perSecond, double most, double mostEarned) {
    this.what = what;
    this.perSecond = perSecond;
    this.most = most;
    this.mostEarned = mostEarned;
    this.left = most;
    this.filled = System.nanoTime();
  }

  /**
   * Draws from the allowance.
   *
   * @throws Http2Exception ENHANCE_YOUR_CALM if it is used up
   */
  void use(double amount) throws Http2Exception {
    if (earned >= amount) {
      earned -= amount;
      return;
    }
    left -= amount;
    if (left < 0) {
      fill();
      if (left < 0) {
        throw Http2Exception.connection(ErrorCode.ENHANCE_YOUR_CALM, "too many " + what);
      }
    }
  }

  /** Adds some, for what the peer does in exchange for work of this side. */
  void earn(double amount) {
    earned = Math.min(mostEarned, earned + amount);
  }

  private void fill() {
    long now = System.nanoTime();
    left = Math.min(most, left + perSecond * (now - filled) / SECOND);
    filled = now;
  }
}
