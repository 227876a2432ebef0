package io.github.grpcuds.transport.internal.channel;

import java.util.concurrent.TimeUnit;

/**
 * Has a thread that waits for input look for it again and again, for a while, before it sleeps: to
 * be put to sleep and woken takes longer than many a peer takes to answer. For how long says an
 * {@link AdaptivePolicy}, unless the user does. Between looks, whoever has work to do gets the
 * processor.
 *
 * <p>Worth it is only the exchange of small messages. More input at a time is more calls at a time,
 * which had better be gathered in sleep.
 *
 * <p>Used by one thread at a time. Internal to grpc-uds: may change in any version.
 */
public final class BusyPoll {
  private static final String PROPERTY = "grpcuds.busyPollMicros";

  /** Instead of a time: the machine and the peer decide. */
  public static final long ADAPTIVE = -1;

  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * A look after which the processor is away for longer was late. Less is what the short work of
   * another thread takes, such as that of the answer itself; other processes that are busy keep it
   * for their time slice, which is a millisecond or more.
   */
  private static final long LATE_NANOS = TimeUnit.MICROSECONDS.toNanos(250);

  /** Some frames of small messages. */
  private static final int SMALL_BYTES = 256;

  private final PollPolicy policy; // null: it never looks
  private int bytes; // since the last wait
  private boolean small; // so far no more than that has come
  private long wakeNanos;
  private long lookNanos; // of this wait
  private long start;
  private long lastLook;
  private long looked;

  /**
   * One that has not waited yet.
   *
   * @param nanos for how long to look; 0 for not at all, {@link #ADAPTIVE} for as long as it pays
   */
  public BusyPoll(long nanos) {
    this.policy = nanos == 0 ? null : policy(nanos);
  }

  private static PollPolicy policy(long nanos) {
    return nanos == ADAPTIVE ? new AdaptivePolicy(MOST_NANOS) : new FixedPolicy(nanos);
  }

  /**
   * The time in nanoseconds that the system property {@code grpcuds.busyPollMicros} sets in
   * microseconds, else {@link #ADAPTIVE}.
   *
   * @throws IllegalArgumentException if the property is not in 0..1000
   */
  public static long defaultNanos() {
    Integer micros = Integer.getInteger(PROPERTY);
    if (micros == null) {
      return ADAPTIVE;
    }
    if (micros < 0 || micros > TimeUnit.NANOSECONDS.toMicros(MOST_NANOS)) {
      throw new IllegalArgumentException(
          "system property " + PROPERTY + " not in 0..1000: " + micros);
    }
    return TimeUnit.MICROSECONDS.toNanos(micros);
  }

  /**
   * The value of an option, in nanoseconds.
   *
   * @throws IllegalArgumentException if it is not in 0..1 ms: who sleeps late is late for timers
   */
  public static long checkedNanos(long time, TimeUnit unit) {
    long nanos = unit.toNanos(time);
    if (nanos < 0 || nanos > MOST_NANOS) {
      throw new IllegalArgumentException("busyPollTime not in 0..1 ms: " + time + " " + unit);
    }
    return nanos;
  }

  /** Notes what a read has brought. */
  public void received(int count) {
    bytes += count;
  }

  /** Begins a wait; true if it begins with looks, false if the thread is to sleep at once. */
  public boolean begin() {
    if (policy == null) {
      return false;
    }
    small = bytes < SMALL_BYTES;
    bytes = 0;
    looked = 0;
    lookNanos = 0;
    start = System.nanoTime();
    lastLook = start;
    if (small) {
      wakeNanos = policy.needsWakeCost() ? WakeCost.nanos(start) : 0;
      lookNanos = policy.lookNanos(start, wakeNanos);
    }
    return lookNanos > 0;
  }

  /** After a look: true if there is time for one more, false if the thread is to sleep. */
  @SuppressWarnings("ThreadPriorityCheck") // if yielding does nothing, looking is as good
  public boolean goesOn() {
    Thread.yield();
    long now = System.nanoTime();
    long gone = now - lastLook;
    lastLook = now;
    looked = now - start;
    if (wakeNanos == 0 || gone <= Math.max(wakeNanos, LATE_NANOS)) {
      return looked < lookNanos;
    }
    policy.cameBackLate(now, gone);
    boolean once = lookNanos > 0; // input may have come meanwhile
    lookNanos = 0;
    return once;
  }

  /** A look has found something. */
  public void found() {
    if (policy != null && small) {
      policy.waited(System.nanoTime() - start);
    }
  }

  /** The thread has slept, after looks in vain if there were any. */
  public void slept() {
    if (policy != null && small) {
      policy.slept(looked, System.nanoTime() - start, wakeNanos);
    }
  }
}
