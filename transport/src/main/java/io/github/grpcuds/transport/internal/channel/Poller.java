package io.github.grpcuds.transport.internal.channel;

import java.io.Closeable;
import java.io.IOException;

/**
 * Lets one thread, the loop, watch many sockets of one backend.
 *
 * <p>The loop alone calls {@link #poll}; every other method is for any thread, the callbacks
 * included, and never waits for the loop. Callbacks run in the loop, inside {@link #poll}, with no
 * lock of the poller held.
 *
 * <p>Watching is level-triggered: as long as a socket is ready and there is interest in it, every
 * {@link #poll} says so. A hang-up or an error is reported as whatever there is interest in, so
 * that the read or write it leads to meets it; without interest it is not reported.
 *
 * <p>A socket is to be removed before it is closed. One that is closed first is not called back
 * again, but its descriptor and what is kept about it may stay until the loop next wakes.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public interface Poller extends Closeable {
  /** What the loop calls when a socket is ready. */
  interface Ready {
    /**
     * Reads, writes or accepts, or changes the interest. Must not throw: that would end {@link
     * #poll} with it, and whoever else is ready would wait for the next.
     *
     * @param readable if a read would give bytes, the end or an error; for a listener, if a
     *     connection is waiting
     * @param writable if a write would take bytes or fail
     */
    void ready(boolean readable, boolean writable);
  }

  /**
   * Begins to watch a channel, for input at first.
   *
   * @throws IllegalStateException if it is watched already
   * @throws IllegalArgumentException if it is of another backend
   * @throws IOException if the channel or the poller is closed, or the kernel has no room for it
   */
  void add(UdsChannel channel, Ready callback) throws IOException;

  /** Begins to watch a listener for connections; throws as {@link #add} does. */
  void addListener(UdsListener listener, Ready callback) throws IOException;

  /**
   * Changes what a channel is watched for; does nothing to one that is not watched, or closed.
   *
   * @throws IOException if the kernel has no room to watch it again; the channel is best given up
   */
  void setInterest(UdsChannel channel, boolean read, boolean write) throws IOException;

  /**
   * Ends the watch of a channel. Called in the loop, no callback of it follows, even if it is ready
   * already; in another thread, one that the loop has begun may still be running. It may be added
   * again, here or to another poller.
   */
  void remove(UdsChannel channel);

  /** Ends the watch of a listener, as {@link #remove} does; it may be added again. */
  void removeListener(UdsListener listener);

  /**
   * Waits until a watched socket is ready, and calls it back; the loop's thread alone may. Returns
   * early, with 0, when woken or interrupted, and sometimes without a reason. An interrupt's flag
   * is kept, and hinders no later wait.
   *
   * @param timeoutMillis 0 does not wait, -1 waits for ever
   * @return how many callbacks were made
   * @throws IOException if the poller is closed, before or meanwhile
   */
  int poll(long timeoutMillis) throws IOException;

  /** Makes the {@link #poll} of this moment, or else the next one, return without waiting. */
  void wakeup();

  /** Ends all watches and a waiting {@link #poll}; the sockets stay open. */
  @Override
  void close() throws IOException;
}
