package io.github.grpcuds.http2;

import java.util.concurrent.TimeUnit;

/**
 * An allowance that use draws from and time fills again (a token bucket).
 *
 * <p>The clock is read only when the allowance seems used up.
 */
final class Allowance {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final String what;
  private final double perSecond;
  private final double most;
  private double left;
  private long filled;

  /**
   * An allowance.
   *
   * @param what is allowed, to end a sentence
   * @param perSecond how much comes back in a second
   * @param most how much can be used at once
   */
  Allowance(String what, double perSecond, double most) {
    this.what = what;
    this.perSecond = perSecond;
    this.most = most;
    this.left = most;
    this.filled = System.nanoTime();
  }

  /**
   * Draws from the allowance.
   *
   * @throws Http2Exception ENHANCE_YOUR_CALM if it is used up
   */
  void use(double amount) throws Http2Exception {
    left -= amount;
    if (left < 0) {
      fill();
      if (left < 0) {
        throw Http2Exception.connection(ErrorCode.ENHANCE_YOUR_CALM, "too many " + what);
      }
    }
  }

  /** Gives some back, for what the peer does in exchange for work of this side. */
  void earn(double amount) {
    left = Math.min(most, left + amount);
  }

  private void fill() {
    long now = System.nanoTime();
    left = Math.min(most, left + perSecond * (now - filled) / SECOND);
    filled = now;
  }
}
