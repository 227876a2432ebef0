package io.github.grpcuds.transport.internal.channel;

import java.io.IOException;

/**
 * Both ends of something by which a poller that waits for one end is woken through the other.
 *
 * <p>It counts who uses the poller's descriptors as well, so that they outlive every use.
 */
public abstract class WakeUp extends Descriptor {
  /** Makes the poller's end readable, unless it is; while the other end is open. */
  protected abstract void write();

  /** Forgets the signals so far; only while in use, and when there is one. */
  public abstract void drain() throws IOException;

  /** Begins a use of the poller's descriptors, to be followed by {@link #leave}. */
  public final void use() throws IOException {
    if (isClosed()) {
      throw AbstractPoller.closed();
    }
    enter();
  }

  /** Ends a wait for the poller's end, or the next one. */
  public final void signal() {
    try {
      enter();
      try {
        write();
      } finally {
        leave();
      }
    } catch (IOException e) {
      // The poller is closed, which wakes it as well.
    }
  }
}
