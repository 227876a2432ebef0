package io.github.grpcuds.executor.internal;

/**
 * Tasks in order, for one thread at a time.
 *
 * <p>An {@link OutOfMemoryError} leaves it as it was; an {@link java.util.ArrayDeque} that cannot
 * grow forgets what it holds.
 *
 * <p>Internal to grpc-uds: may change in any version.
 *
 * @param <T> what a task is
 */
public final class CallQueue<T> {
  private Node<T> first;
  private Node<T> last;

  public boolean isEmpty() {
    return first == null;
  }

  public void add(T task) {
    Node<T> node = new Node<>(task);
    if (first == null) {
      first = node;
    } else {
      last.next = node;
    }
    last = node;
  }

  /** The oldest task, which stays; null if there is none. */
  public T peek() {
    return first == null ? null : first.task;
  }

  /** The oldest task, which leaves; null if there is none. */
  public T poll() {
    Node<T> node = first;
    if (node == null) {
      return null;
    }
    first = node.next;
    node.next = null; // an old node does not keep young ones alive
    return node.task;
  }

  private static final class Node<T> {
    final T task;
    Node<T> next;

    Node(T task) {
      this.task = task;
    }
  }
}
