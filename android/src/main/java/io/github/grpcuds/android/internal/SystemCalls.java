package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import android.system.StructPollfd;
import java.io.FileDescriptor;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;

/** What is needed to make system calls by way of {@link Os}. */
final class SystemCalls {
  private SystemCalls() {}

  static boolean wouldBlock(ErrnoException e) {
    return e.errno == OsConstants.EAGAIN || e.errno == OsConstants.EINTR;
  }

  /** The system's own words. */
  static String describe(ErrnoException e) {
    return Os.strerror(e.errno);
  }

  static SocketException failure(String call, ErrnoException e) {
    SocketException failure = new SocketException(call + ": " + describe(e));
    failure.initCause(e);
    return failure;
  }

  static StructPollfd pollfd(FileDescriptor fd, int events) {
    StructPollfd pollfd = new StructPollfd();
    pollfd.fd = fd;
    pollfd.events = (short) events;
    return pollfd;
  }

  /**
   * Waits until a descriptor is ready, hung up or in error (poll(2)).
   *
   * @param timeoutMillis 0 waits for ever
   * @return false if the time passed first
   */
  static boolean await(FileDescriptor fd, int events, long timeoutMillis) throws SocketException {
    StructPollfd[] pollfds = {pollfd(fd, events)};
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    while (true) {
      try {
        return Os.poll(pollfds, timeoutMillis == 0 ? -1 : millisLeft(deadline)) > 0;
      } catch (ErrnoException e) {
        if (e.errno != OsConstants.EINTR) {
          throw failure("poll", e);
        }
      }
    }
  }

  /** Whether a descriptor is ready now. */
  static boolean isReady(FileDescriptor fd, int events) throws SocketException {
    try {
      return Os.poll(new StructPollfd[] {pollfd(fd, events)}, 0) > 0;
    } catch (ErrnoException e) {
      if (wouldBlock(e)) {
        return false;
      }
      throw failure("poll", e);
    }
  }

  private static int millisLeft(long deadline) {
    long nanos = Math.max(0, deadline - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, (nanos + 999_999) / 1_000_000);
  }
}
