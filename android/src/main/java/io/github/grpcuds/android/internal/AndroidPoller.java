package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import android.system.StructPollfd;
import io.github.grpcuds.transport.internal.channel.DescriptorPoller;
import io.github.grpcuds.transport.internal.channel.Poller;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.IOException;

/** Android's poller, with poll(2) as Os offers it. */
final class AndroidPoller extends DescriptorPoller<AndroidWatch> {
  private static final int FIRST_COUNT = 16;

  private final WakePipe wakePipe;

  // The loop's alone.
  private StructPollfd[] pollfds = new StructPollfd[FIRST_COUNT];
  private StructPollfd[] spare = new StructPollfd[FIRST_COUNT]; // made before, to be used again

  private AndroidPoller(WakePipe wakePipe) {
    super(wakePipe);
    this.wakePipe = wakePipe;
  }

  static Poller open() throws IOException {
    try {
      return new AndroidPoller(WakePipe.open());
    } catch (IOException e) {
      throw cannotOpen(e);
    }
  }

  @Override
  public AndroidWatch watch(Closeable socket, Ready callback) {
    return AndroidWatch.of(socket, callback);
  }

  @Override
  protected void begin(int most) {
    if (pollfds.length < most) {
      pollfds = new StructPollfd[2 * most];
      spare = new StructPollfd[2 * most];
    }
    put(0, wakePipe.fd(), OsConstants.POLLIN);
  }

  @Override
  protected void put(int index, AndroidWatch watch) {
    put(index, watch.fd, watch.events());
  }

  private void put(int index, FileDescriptor fd, int events) {
    if (spare[index] == null) {
      spare[index] = new StructPollfd();
    }
    StructPollfd pollfd = spare[index];
    pollfd.fd = fd;
    pollfd.events = (short) events;
    pollfd.revents = 0;
    pollfds[index] = pollfd;
  }

  /** Os takes the array up to its first null. */
  @Override
  protected int poll(int count, long timeoutMillis) throws IOException {
    if (count < pollfds.length) {
      pollfds[count] = null;
    }
    try {
      return Os.poll(pollfds, (int) Math.max(-1, Math.min(Integer.MAX_VALUE, timeoutMillis)));
    } catch (ErrnoException e) {
      if (e.errno == OsConstants.EINTR) {
        return 0;
      }
      throw SystemCalls.failure("poll", e);
    }
  }

  @Override
  protected int revents(int index) {
    return pollfds[index].revents;
  }

  @Override
  protected int readiness(int revents) {
    return AndroidWatch.readiness(revents);
  }
}
