package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import android.system.StructPollfd;
import io.github.grpcuds.transport.internal.channel.AbstractPoller;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.Watch;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Watches descriptors with poll(2), as Os offers it. A wait costs time for each of them, and a
 * change has to wake it.
 *
 * <p>All descriptors count as used during the wait, so none is closed, nor its number given to
 * another, before poll(2) has returned.
 */
final class AndroidPoller extends AbstractPoller<AndroidWatch> {
  private static final int FIRST_COUNT = 16;

  private final WakePipe wakePipe;

  // The loop's alone.
  private final List<AndroidWatch> waited = new ArrayList<>();
  private StructPollfd[] pollfds = new StructPollfd[FIRST_COUNT]; // the pipe's, then the others'
  private StructPollfd[] spare = new StructPollfd[FIRST_COUNT]; // made before, to be used again

  private AndroidPoller(WakePipe wakePipe) {
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
  public void begin(AndroidWatch watch) throws IOException {
    if (wakePipe.isClosed()) {
      throw closed();
    }
    if (watch.isClosed()) {
      throw ConnectFailure.closed();
    }
    refresh();
  }

  @Override
  public void change(AndroidWatch watch) {
    refresh();
  }

  @Override
  public void end(AndroidWatch watch) {
    refresh();
  }

  @Override
  public void await(long timeoutMillis) throws IOException {
    wakePipe.use();
    try {
      enterAll();
      try {
        collect(waitFor(timeoutMillis));
      } finally {
        leaveAll();
      }
    } finally {
      wakePipe.leave();
    }
  }

  private void enterAll() {
    synchronized (lock) {
      reserve(1 + watches.size());
      put(0, wakePipe, OsConstants.POLLIN);
      for (AndroidWatch watch : watches.values()) {
        if (watch.interest != Watch.NONE && entered(watch)) {
          waited.add(watch);
          put(waited.size(), watch.descriptor, watch.events());
        }
      }
    }
  }

  private void reserve(int count) {
    if (pollfds.length < count) {
      pollfds = new StructPollfd[2 * count];
      spare = new StructPollfd[2 * count];
    }
  }

  private static boolean entered(AndroidWatch watch) {
    try {
      watch.descriptor.enter();
      return true;
    } catch (IOException e) {
      return false; // closed
    }
  }

  private void put(int index, Descriptor descriptor, int events) {
    if (spare[index] == null) {
      spare[index] = new StructPollfd();
    }
    StructPollfd pollfd = spare[index];
    pollfd.fd = descriptor.fd;
    pollfd.events = (short) events;
    pollfd.revents = 0;
    pollfds[index] = pollfd;
  }

  /** Os takes the array up to its first null. */
  private int waitFor(long timeoutMillis) throws IOException {
    if (waited.size() + 1 < pollfds.length) {
      pollfds[waited.size() + 1] = null;
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

  private void collect(int count) throws IOException {
    if (count == 0) {
      return;
    }
    if (pollfds[0].revents != 0) {
      wakePipe.drain();
    }
    for (int i = 0; i < waited.size(); i++) {
      int revents = pollfds[1 + i].revents;
      if (revents != 0) {
        found(waited.get(i), AndroidWatch.readiness(revents));
      }
    }
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
    wakePipe.signal();
  }

  @Override
  public void closeAll() throws IOException {
    wakePipe.close();
  }
}
