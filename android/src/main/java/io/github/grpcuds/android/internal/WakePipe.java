package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import io.github.grpcuds.transport.internal.channel.WakeUp;
import java.io.FileDescriptor;
import java.io.IOException;

/**
 * A pipe that wakes a poller. A signal is a byte, and there are never so many that a write would
 * have to wait: one for each wait that it ends.
 */
final class WakePipe extends WakeUp {
  private static final byte[] ONE = {1};

  private final FileDescriptor readEnd;
  private final FileDescriptor writeEnd;
  private final byte[] drained = new byte[64]; // the loop's alone

  private WakePipe(FileDescriptor readEnd, FileDescriptor writeEnd) {
    this.readEnd = readEnd;
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

  /** The end to wait for. */
  FileDescriptor fd() {
    return readEnd;
  }

  @Override
  protected void write() {
    try {
      Os.write(writeEnd, ONE, 0, ONE.length);
    } catch (ErrnoException | IOException e) {
      // Cannot be: the read end is open.
    }
  }

  @Override
  public void drain() throws IOException {
    try {
      Os.read(readEnd, drained, 0, drained.length);
    } catch (ErrnoException e) {
      if (!SystemCalls.wouldBlock(e)) {
        throw SystemCalls.failure("read", e);
      }
    }
  }

  @Override
  public void wake() {
    write();
  }

  @Override
  public void release() throws IOException {
    try {
      close(readEnd);
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
