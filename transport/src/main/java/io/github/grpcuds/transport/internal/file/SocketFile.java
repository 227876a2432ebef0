package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.internal.channel.UdsListener;
import io.github.grpcuds.transport.internal.channel.WrappedListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A listening socket and the file it is known by.
 *
 * <p>On Linux the socket is bound at its place, with its mode from the first moment on, so that
 * whoever looks it up by its path finds it: ss, lsof, and systemd-tmpfiles, which deletes old files
 * and spares live sockets. Elsewhere it is bound in a folder that only this user may enter, gets
 * its group, mode and owner there, and is then renamed to its place. Either way there is no moment
 * in which it can be reached with a looser mode. {@link StartLock} keeps other starting servers of
 * this library away meanwhile.
 */
public final class SocketFile extends WrappedListener {
  private final Path path;
  private final Object fileKey; // device and inode; null where the file system has none (Windows)
  private final boolean deleteOnClose;
  private final FileRefresher refresher; // null if nobody would take the file for an old one
  private final AtomicBoolean closed = new AtomicBoolean();

  SocketFile(
      Path path,
      UdsListener listener,
      Object fileKey,
      boolean deleteOnClose,
      FileRefresher refresher) {
    super(listener);
    this.path = path;
    this.fileKey = fileKey;
    this.deleteOnClose = deleteOnClose;
    this.refresher = refresher;
  }

  /**
   * Deletes the file while it is ours, and closes. In this order, because the open socket keeps its
   * inode number from being given to another file, and other servers from taking the path. Once:
   * later, file and inode may be a successor's.
   */
  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    if (refresher != null) {
      refresher.close();
    }
    try {
      if (deleteOnClose) {
        deleteIfOurs(path, fileKey);
      }
    } finally {
      super.close();
    }
  }

  /** Unless somebody was faster, or took the whole folder away. */
  static void deleteIfOurs(Path path, Object fileKey) throws IOException {
    if (fileKey == null || fileKey.equals(ExistingSocket.fileKey(path))) {
      Files.deleteIfExists(path);
    }
  }
}
