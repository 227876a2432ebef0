package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import io.github.grpcuds.transport.internal.channel.AbstractPoller;
import java.io.FileDescriptor;
import java.io.IOException;

/**
 * A pipe by which a poller that waits for its end is woken through the other. A signal is a byte,
 * and there are never so many that a write would have to wait: one for each wait that it ends.
 *
 * <p>It counts who uses the poller's descriptors as well, so that they outlive every use.
 */
final class WakePipe extends Descriptor {
  private static final byte[] ONE = {1};

  private final FileDescriptor writeEnd;
  private final byte[] drained = new byte[64]; // the loop's alone

  private WakePipe(FileDescriptor readEnd, FileDescriptor writeEnd) {
    super(readEnd);
    this.writeEnd = writeEnd;
  }

  static WakePipe open() throws IOException {
    try {
      FileDescriptor[] ends = Os.pipe();
      return new WakePipe(ends[0], ends[1]);
    } catch (ErrnoException e) {
      throw SystemCalls.failure("pipe", e);
    }
  }

  /** Begins a use of the poller's descriptors, to be followed by {@link #leave}. */
  void use() throws IOException {
    if (isClosed()) {
      throw AbstractPoller.closed();
    }
    enter();
  }

  void signal() {
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

  private void write() {
    try {
      Os.write(writeEnd, ONE, 0, ONE.length);
    } catch (ErrnoException | IOException e) {
      // Cannot be: the read end is open.
    }
  }

  /** Forgets the signals so far; only while in use, and when there is one. */
  void drain() throws IOException {
    try {
      Os.read(fd, drained, 0, drained.length);
    } catch (ErrnoException e) {
      if (!SystemCalls.wouldBlock(e)) {
        throw SystemCalls.failure("read", e);
      }
    }
  }

  @Override
  void wake() {
    write();
  }

  @Override
  void release() throws IOException {
    try {
      close(fd);
    } finally {
      close(writeEnd);
    }
  }

  private static void close(FileDescriptor end) throws IOException {
    try {
      Os.close(end);
    } catch (ErrnoException e) {
      throw SystemCalls.failure("close", e);
    }
  }
}
