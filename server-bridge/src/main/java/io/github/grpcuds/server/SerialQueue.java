package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.SafeLog;
import java.util.logging.Level;

/**
 * What is to be done for one stream, in order, by one thread at a time.
 *
 * <p>Takes the place of a transport thread: whoever adds to an idle queue runs it, and others only
 * add. Nothing runs under a lock of this class. A task that there is no memory to add leaves all as
 * it was.
 */
final class SerialQueue {
  private static final SafeLog.Line TASK_FAILED =
      new SafeLog(SerialQueue.class).line(Level.SEVERE, "A task of a stream failed");

  private Node first; // guarded by this, as all but next is
  private Node last;
  private boolean taken; // somebody runs them, or will

  private SerialQueue next; // of the one who has to run them

  private static final class Node {
    final Runnable task;
    Node next;

    Node(Runnable task) {
      this.task = task;
    }
  }

  /**
   * Some that have to be run by whoever holds this, in order; adding needs no memory. Each is in
   * one such queue at most.
   */
  static final class Queue {
    private SerialQueue first;
    private SerialQueue last;

    /** Adds one, and those that follow it. */
    void add(SerialQueue added) {
      if (first == null) {
        first = added;
      } else {
        last.next = added;
      }
      last = added;
      while (last.next != null) {
        last = last.next;
      }
    }

    SerialQueue poll() {
      SerialQueue polled = first;
      if (polled != null) {
        first = polled.next;
        polled.next = null;
        forgetLastIfEmpty();
      }
      return polled;
    }

    /** Takes all, as the first, which the others follow; null if there is none. */
    SerialQueue takeAll() {
      SerialQueue all = first;
      first = null;
      forgetLastIfEmpty();
      return all;
    }

    /** Else an idle connection would keep its last call in memory. */
    private void forgetLastIfEmpty() {
      if (first == null) {
        last = null;
      }
    }
  }

  /** Adds a task. True if the caller must call {@link #run}, with no lock held. */
  synchronized boolean add(Runnable task) {
    Node node = new Node(task);
    if (first == null) {
      first = node;
    } else {
      last.next = node;
    }
    last = node;
    boolean mine = !taken;
    taken = true;
    return mine;
  }

  /** Runs tasks until there are none. Never throws. */
  void run() {
    Runnable task;
    while ((task = poll()) != null) {
      try {
        task.run();
      } catch (Throwable e) {
        MemoryReserve.SHARED.letGoFor(e);
        TASK_FAILED.log(e);
      }
    }
  }

  /** Runs the tasks of some queues, as {@link Queue#takeAll} gives them. Never throws. */
  static void runAll(SerialQueue all) {
    SerialQueue queue = all;
    while (queue != null) {
      SerialQueue following = queue.next;
      queue.next = null;
      queue.run();
      queue = following;
    }
  }

  private synchronized Runnable poll() {
    Node polled = first;
    if (polled == null) {
      taken = false;
      return null;
    }
    first = polled.next;
    if (first == null) {
      last = null; // with what it holds
    }
    return polled.task;
  }
}
