package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.AbstractPoller;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.Watch;
import java.io.Closeable;
import java.io.IOException;

/**
 * Watches descriptors with an epoll instance of Linux (epoll(7)), level-triggered.
 *
 * <p>It reports hang-ups and errors even to those who asked for nothing, so a descriptor without
 * interest is taken out. The kernel drops descriptors that are closed.
 */
final class EpollPoller extends AbstractPoller<PosixWatch> {
  private static final int MAX_EVENTS = 256;
  private static final long WAKE_TOKEN = -1;
  private static final String ARCH = System.getProperty("os.arch", "");

  private final Libc libc;
  private final int epoll;
  private final WakePair wakePair;
  private final EpollEvents events = new EpollEvents(ARCH, MAX_EVENTS); // the loop's alone
  private final EpollEvents argument = new EpollEvents(ARCH, 1); // guarded by lock
  private final TokenTable tokens = new TokenTable(); // guarded by lock

  /** Takes over the epoll instance. */
  private EpollPoller(Libc libc, int epoll) throws IOException {
    this.libc = libc;
    this.epoll = epoll;
    this.wakePair =
        new WakePair(libc) {
          @Override
          public void release() throws IOException {
            libc.close(epoll);
            super.release();
          }
        };
  }

  static Poller open(Libc libc) throws IOException {
    try {
      int epoll = libc.epollCreate();
      EpollPoller poller = null;
      try {
        poller = new EpollPoller(libc, epoll);
      } finally {
        if (poller == null) {
          libc.close(epoll);
        }
      }
      poller.watchWakePair();
      return poller;
    } catch (IOException e) {
      throw cannotOpen(e);
    }
  }

  private void watchWakePair() throws IOException {
    synchronized (lock) {
      boolean watched = false;
      try {
        argument.set(0, Libc.POLLIN, WAKE_TOKEN);
        libc.epollControl(epoll, Libc.EPOLL_CTL_ADD, wakePair.fd(), argument.buffer());
        watched = true;
      } finally {
        if (!watched) {
          closeAll();
        }
      }
    }
  }

  @Override
  public PosixWatch watch(Closeable socket, Ready callback) {
    return PosixWatch.of(socket, callback);
  }

  @Override
  public void begin(PosixWatch watch) throws IOException {
    tokens.add(watch);
    boolean begun = false;
    try {
      control(watch, watch.interest);
      begun = true;
    } finally {
      if (!begun) {
        tokens.remove(watch);
      }
    }
  }

  @Override
  public void change(PosixWatch watch) throws IOException {
    try {
      control(watch, watch.interest);
    } catch (IOException e) {
      if (!watch.isClosed() && !wakePair.isClosed()) {
        throw e;
      }
    }
  }

  @Override
  public void end(PosixWatch watch) {
    tokens.remove(watch);
    try {
      control(watch, Watch.NONE);
    } catch (IOException e) {
      // It is closed, or the poller is: the kernel has dropped it.
    }
  }

  /** Makes the kernel look out for the interest. */
  private void control(PosixWatch watch, int interest) throws IOException {
    if (watch.inKernel == interest) {
      return;
    }
    wakePair.use();
    try {
      watch.descriptor.enter();
      try {
        argument.set(0, PosixWatch.events(interest), watch.token);
        libc.epollControl(epoll, command(watch, interest), watch.fd, argument.buffer());
        watch.inKernel = interest;
      } finally {
        watch.descriptor.leave();
      }
    } finally {
      wakePair.leave();
    }
  }

  private static int command(PosixWatch watch, int interest) {
    if (interest == Watch.NONE) {
      return Libc.EPOLL_CTL_DEL;
    }
    return watch.inKernel == Watch.NONE ? Libc.EPOLL_CTL_ADD : Libc.EPOLL_CTL_MOD;
  }

  @Override
  public void await(long timeoutMillis) throws IOException {
    wakePair.use();
    try {
      collect(libc.epollWait(epoll, events.buffer(), MAX_EVENTS, timeoutMillis));
    } finally {
      wakePair.leave();
    }
  }

  private void collect(int count) {
    synchronized (lock) {
      for (int i = 0; i < count; i++) {
        long token = events.data(i);
        if (token == WAKE_TOKEN) {
          wakePair.drain();
          continue;
        }
        PosixWatch watch = tokens.get(token);
        if (watch != null) {
          found(watch, PosixWatch.readiness(events.events(i)));
        }
      }
    }
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
