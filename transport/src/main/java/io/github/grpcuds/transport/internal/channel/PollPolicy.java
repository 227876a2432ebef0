package io.github.grpcuds.transport.internal.channel;

/** For how long a thread that waits for input looks for it before it sleeps. By one thread. */
interface PollPolicy {
  /** Whether what it takes to wake a thread matters for the next wait. */
  boolean needsWakeCost();

  /**
   * For how long to look in the wait that begins, 0 for not at all.
   *
   * @param wakeNanos what it takes to wake a thread; 0 if it is not known
   */
  long lookNanos(long now, long wakeNanos);

  /** A wait has ended: a look found input after a time. */
  void waited(long nanos);

  /**
   * A wait has ended in which the thread slept.
   *
   * @param lookedNanos in vain, before it slept
   * @param tookNanos with the looks, the sleep and the wake-up
   */
  void slept(long lookedNanos, long tookNanos, long wakeNanos);

  /** A look kept the thread from its processor for a time. */
  void cameBackLate(long now, long byNanos);
}
