package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.DescriptorPoller;
import io.github.grpcuds.transport.internal.channel.Poller;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The poller of Unix systems other than Linux, with poll(2) of the C library. */
final class PollPoller extends DescriptorPoller<PosixWatch> {
  private static final int POLLFD_BYTES = 8;
  private static final int EVENTS_AT = 4;
  private static final int REVENTS_AT = 6;
  private static final int FIRST_COUNT = 64;

  private final Libc libc;
  private final WakePair wakePair;
  private ByteBuffer pollfds = allocate(FIRST_COUNT); // the loop's alone

  private PollPoller(Libc libc, WakePair wakePair) {
    super(wakePair);
    this.libc = libc;
    this.wakePair = wakePair;
  }

  static Poller open(Libc libc) throws IOException {
    try {
      return new PollPoller(libc, new WakePair(libc));
    } catch (IOException e) {
      throw cannotOpen(e);
    }
  }

  private static ByteBuffer allocate(int count) {
    return ByteBuffer.allocateDirect(count * POLLFD_BYTES).order(ByteOrder.nativeOrder());
  }

  @Override
  public PosixWatch watch(Closeable socket, Ready callback) {
    return PosixWatch.of(socket, callback);
  }

  @Override
  protected void begin(int most) {
    if (pollfds.capacity() < most * POLLFD_BYTES) {
      pollfds = allocate(2 * most);
    }
    put(0, wakePair.fd(), Libc.POLLIN);
  }

  @Override
  protected void put(int index, PosixWatch watch) {
    put(index, watch.fd, PosixWatch.events(watch.interest));
  }

  private void put(int index, int fd, int events) {
    int at = index * POLLFD_BYTES;
    pollfds.putInt(at, fd).putShort(at + EVENTS_AT, (short) events);
    pollfds.putShort(at + REVENTS_AT, (short) 0);
  }

  @Override
  protected int poll(int count, long timeoutMillis) throws IOException {
    return libc.poll(pollfds, count, timeoutMillis);
  }

  @Override
  protected int revents(int index) {
    return pollfds.getShort(index * POLLFD_BYTES + REVENTS_AT);
  }

  @Override
  protected int readiness(int revents) {
    return PosixWatch.readiness(revents);
  }
}
