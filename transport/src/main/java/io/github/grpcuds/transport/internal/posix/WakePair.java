package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.WakeUp;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Both ends of a connection, which wake a poller. */
class WakePair extends WakeUp {
  private final Libc libc;
  private final int[] ends;
  private final ByteBuffer one = ByteBuffer.allocateDirect(1); // never changed: any thread sends it
  private final ByteBuffer drained = ByteBuffer.allocateDirect(64); // the loop's alone

  WakePair(Libc libc) throws IOException {
    this.libc = libc;
    this.ends = libc.pair();
  }

  /** The end to wait for. */
  final int fd() {
    return ends[0];
  }

  @Override
  protected final void write() {
    libc.send(ends[1], one); // EAGAIN: it is signalled many times over
  }

  @Override
  public final void drain() {
    drained.clear();
    libc.recv(ends[0], drained);
  }

  @Override
  public final void wake() {
    libc.shutdown(ends[1], Constant.SHUT_RDWR);
  }

  @Override
  public void release() throws IOException {
    libc.close(ends[0]);
    libc.close(ends[1]);
  }
}
