package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import io.github.grpcuds.transport.internal.channel.WrappedListener;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A listening socket and the file it is known by. */
final class AndroidSocketFile extends WrappedListener {
  private final String path;
  private final FileIdentity file;
  private final boolean deleteOnClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  AndroidSocketFile(String path, UdsListener listener, FileIdentity file, boolean deleteOnClose) {
    super(listener);
    this.path = path;
    this.file = file;
    this.deleteOnClose = deleteOnClose;
  }

  /**
   * Deletes the file while it is ours, and closes. In this order, because the open socket keeps its
   * inode number from being given to another file. Once: later, file and inode may be a
   * successor's.
   */
  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (deleteOnClose) {
        file.delete(path);
      }
    } catch (ErrnoException e) {
      throw new IOException("cannot delete " + path + ": " + SystemCalls.describe(e), e);
    } finally {
      super.close();
    }
  }
}
