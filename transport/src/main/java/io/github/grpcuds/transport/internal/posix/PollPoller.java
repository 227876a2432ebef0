package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.AbstractPoller;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.Watch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Watches descriptors with poll(2), for Unix systems other than Linux. A wait costs time for each
 * of them, and a change has to wake it.
 *
 * <p>All descriptors count as used during the wait, so none is closed, nor its number given to
 * another, before poll(2) has returned.
 */
final class PollPoller extends AbstractPoller<PosixWatch> {
  private static final int POLLFD_BYTES = 8;
  private static final int EVENTS_AT = 4;
  private static final int REVENTS_AT = 6;
  private static final int FIRST_COUNT = 64;

  private final Libc libc;
  private final WakePair wakePair;
  private final List<PosixWatch> waited = new ArrayList<>(); // the loop's alone, as is pollfds
  private ByteBuffer pollfds = allocate(FIRST_COUNT); // the wake pair's, then one for each waited

  private PollPoller(Libc libc) throws IOException {
    this.libc = libc;
    this.wakePair = new WakePair(libc);
  }

  static Poller open(Libc libc) throws IOException {
    try {
      return new PollPoller(libc);
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
  public void begin(PosixWatch watch) throws IOException {
    if (wakePair.isClosed()) {
      throw closed();
    }
    if (watch.isClosed()) {
      throw ConnectFailure.closed();
    }
    refresh();
  }

  @Override
  public void change(PosixWatch watch) {
    refresh();
  }

  @Override
  public void end(PosixWatch watch) {
    refresh();
  }

  @Override
  public void await(long timeoutMillis) throws IOException {
    wakePair.use();
    try {
      enterAll();
      try {
        collect(libc.poll(pollfds, 1 + waited.size(), timeoutMillis));
      } finally {
        leaveAll();
      }
    } finally {
      wakePair.leave();
    }
  }

  private void enterAll() {
    synchronized (lock) {
      if (pollfds.capacity() < (1 + watches.size()) * POLLFD_BYTES) {
        pollfds = allocate(2 * (1 + watches.size()));
      }
      put(0, wakePair.fd(), Libc.POLLIN);
      for (PosixWatch watch : watches.values()) {
        if (watch.interest != Watch.NONE && entered(watch)) {
          waited.add(watch);
          put(waited.size(), watch.fd, PosixWatch.events(watch.interest));
        }
      }
    }
  }

  private static boolean entered(PosixWatch watch) {
    try {
      watch.descriptor.enter();
      return true;
    } catch (IOException e) {
      return false; // closed
    }
  }

  private void put(int index, int fd, int events) {
    int at = index * POLLFD_BYTES;
    pollfds.putInt(at, fd).putShort(at + EVENTS_AT, (short) events);
    pollfds.putShort(at + REVENTS_AT, (short) 0);
  }

  private void collect(int count) {
    if (count == 0) {
      return;
    }
    if (revents(0) != 0) {
      wakePair.drain();
    }
    for (int i = 0; i < waited.size(); i++) {
      int revents = revents(1 + i);
      if (revents != 0) {
        found(waited.get(i), PosixWatch.readiness(revents));
      }
    }
  }

  private int revents(int index) {
    return pollfds.getShort(index * POLLFD_BYTES + REVENTS_AT);
  }

  private void leaveAll() {
    for (int i = 0; i < waited.size(); i++) {
      try {
        waited.get(i).descriptor.leave();
      } catch (IOException e) {
        // close(2) failed, for a socket whose owner is done with it
      }
    }
    waited.clear();
  }

  @Override
  public void signal() {
    wakePair.signal();
  }

  @Override
  public void closeAll() throws IOException {
    wakePair.close();
  }
}
