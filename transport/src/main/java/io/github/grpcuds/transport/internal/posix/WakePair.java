package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.AbstractPoller;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Both ends of a connection, by which a poller that waits for one end is woken through the other.
 *
 * <p>It counts who uses the poller's descriptors as well, so that they outlive every use.
 */
class WakePair extends Descriptor {
  private final Libc libc;
  private final int[] ends;
  private final ByteBuffer one = ByteBuffer.allocateDirect(1); // never changed: any thread sends it
  private final ByteBuffer drained = ByteBuffer.allocateDirect(64); // the loop's alone

  WakePair(Libc libc) throws IOException {
    this.libc = libc;
    this.ends = libc.pair();
  }

  /** Begins a use of the poller's descriptors, to be followed by {@link #leave}. */
  final void use() throws IOException {
    if (isClosed()) {
      throw AbstractPoller.closed();
    }
    enter();
  }

  /** The end to wait for. */
  final int fd() {
    return ends[0];
  }

  final void signal() {
    try {
      enter();
      try {
        libc.send(ends[1], one); // EAGAIN: it is signalled many times over
      } finally {
        leave();
      }
    } catch (IOException e) {
      // The poller is closed, which wakes it as well.
    }
  }

  /** Forgets the signals so far; only while in use. */
  final void drain() {
    drained.clear();
    libc.recv(ends[0], drained);
  }

  @Override
  final void wake() {
    libc.shutdown(ends[1], Constant.SHUT_RDWR);
  }

  @Override
  void release() throws IOException {
    libc.close(ends[0]);
    libc.close(ends[1]);
  }
}
