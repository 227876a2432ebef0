package io.github.grpcuds.transport.internal.backend;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Pause;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The connects of this process that wait for a place in the backlog of one address, in the order in
 * which they came. The first of them tries again and again. Whoever leaves lets the next one try at
 * once, for there may be more places.
 */
final class BacklogQueue {
  /** For each address, so that all of them together cost a processor little. */
  private static final long SHARE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private static final Map<UdsAddress, BacklogQueue> QUEUES = new HashMap<>(); // guarded by itself

  private final UdsAddress address;
  private final Set<Pause> waiting = new LinkedHashSet<>(); // guarded by QUEUES

  private BacklogQueue(UdsAddress address) {
    this.address = address;
  }

  /** Adds one that waits in this way. It has to leave. */
  static BacklogQueue join(UdsAddress address, Pause last) {
    synchronized (QUEUES) {
      BacklogQueue queue = QUEUES.get(address);
      if (queue == null) { // computeIfAbsent, with API level 24 of Android
        queue = new BacklogQueue(address);
        QUEUES.put(address, queue);
      }
      queue.waiting.add(last);
      return queue;
    }
  }

  boolean isFirst(Pause one) {
    synchronized (QUEUES) {
      return first() == one;
    }
  }

  private Pause first() {
    return waiting.isEmpty() ? null : waiting.iterator().next();
  }

  /** The least time between two tries. */
  long shareNanos() {
    synchronized (QUEUES) {
      return QUEUES.size() * SHARE_NANOS;
    }
  }

  /** Under the lock. */
  private void removeThis() {
    if (QUEUES.get(address) == this) {
      QUEUES.remove(address);
    }
  }

  void leave(Pause one) {
    Pause next;
    synchronized (QUEUES) {
      boolean wasFirst = first() == one;
      waiting.remove(one);
      if (waiting.isEmpty()) {
        removeThis();
      }
      next = wasFirst ? first() : null;
    }
    if (next != null) {
      next.wake();
    }
  }
}
