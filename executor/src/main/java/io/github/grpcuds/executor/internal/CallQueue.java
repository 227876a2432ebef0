package io.github.grpcuds.executor.internal;

/**
 * Tasks in order, for one thread at a time.
 *
 * <p>An {@link OutOfMemoryError} leaves it as it was; an {@link java.util.ArrayDeque} that cannot
 * grow forgets what it holds.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class CallQueue {
  private Node first;
  private Node last;
  private int size;

  public boolean isEmpty() {
    return first == null;
  }

  int size() {
    return size;
  }

  public void add(Runnable task) {
    Node node = new Node(task);
    if (first == null) {
      first = node;
    } else {
      last.next = node;
    }
    last = node;
    size++;
  }

  /** The oldest task; null if there is none. */
  public Runnable poll() {
    Node node = first;
    if (node == null) {
      return null;
    }
    first = node.next;
    node.next = null; // an old node does not keep young ones alive
    size--;
    return node.task;
  }

  private static final class Node {
    final Runnable task;
    Node next;

    Node(Runnable task) {
      this.task = task;
    }
  }
}
