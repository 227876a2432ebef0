package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import io.github.grpcuds.transport.internal.channel.WrappedListener;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A listening socket and the file it is known by.
 *
 * <p>The socket is bound in a folder that only this user may enter, gets its group, mode and owner
 * there, and is then renamed to its place, so that there is no moment in which it can be reached
 * with a looser mode. {@link StartLock} keeps other starting servers of this library away
 * meanwhile.
 */
public final class SocketFile implements WrappedListener {
  private final Path path;
  private final UdsListener listener;
  private final Object fileKey; // device and inode; null where the file system has none (Windows)
  private final boolean deleteOnClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  private SocketFile(Path path, UdsListener listener, Object fileKey, boolean deleteOnClose) {
    this.path = path;
    this.listener = listener;
    this.fileKey = fileKey;
    this.deleteOnClose = deleteOnClose;
  }

  /** The socket without its file. */
  @Override
  public UdsListener listener() {
    return listener;
  }

  @Override
  public UdsChannel accept() throws IOException {
    return listener.accept();
  }

  @Override
  public boolean awaitAcceptable(long timeoutMillis) throws IOException {
    return listener.awaitAcceptable(timeoutMillis);
  }

  @Override
  public Poller newPoller() throws IOException {
    return listener.newPoller();
  }

  @Override
  public String backend() {
    return listener.backend();
  }

  /**
   * Listens at the address's path.
   *
   * @throws java.net.BindException if a server is listening there
   * @throws java.nio.file.FileSystemException if something else is there, or the folder is not
   */
  public static SocketFile create(
      Backend backend, UdsAddress address, SocketFileOptions options, int backlog)
      throws IOException {
    String refusal = FilePaths.refusal(address);
    if (refusal != null) {
      throw BindFailure.other(address, refusal);
    }
    Path path = FilePaths.of(address);
    ParentFolders.prepare(path.toAbsolutePath().getParent(), address, options);
    StartLock lock = lock(path, address);
    try {
      boolean stale = ExistingSocket.checkReplaceable(backend, address, path);
      if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        return bindInPlace(backend, address, path, stale, options, backlog);
      }
      return bindInNursery(backend, address, path, options, backlog);
    } finally {
      lock.close();
    }
  }

  private static StartLock lock(Path path, UdsAddress address) throws IOException {
    try {
      return StartLock.acquire(path);
    } catch (AccessDeniedException e) {
      throw new AccessDeniedException(
          address.path(), null, "Cannot listen: no permission to write " + e.getFile());
    }
  }

  /** Without modes (Windows) there is nothing to set before the file may be seen. */
  private static SocketFile bindInPlace(
      Backend backend,
      UdsAddress address,
      Path path,
      boolean stale,
      SocketFileOptions options,
      int backlog)
      throws IOException {
    if (!UserTypes.get().owners(options).changeNothing()) {
      throw BindFailure.other(
          address, "files here have no owner to set" + UserTypes.get().owners(options));
    }
    if (stale) {
      Files.delete(path);
    }
    UdsListener listener = backend.listen(address, backlog);
    return new SocketFile(path, listener, null, UserTypes.get().deletesOnClose(options));
  }

  private static SocketFile bindInNursery(
      Backend backend, UdsAddress address, Path path, SocketFileOptions options, int backlog)
      throws IOException {
    try (StagingDirectory nursery = StagingDirectory.create(backend, path)) {
      UdsListener listener = backend.listen(nursery.address(), backlog);
      boolean done = false;
      try {
        UserTypes.get().owners(options).giveGroup(nursery.socket(), address);
        Files.setPosixFilePermissions(nursery.socket(), UserTypes.get().permissions(options));
        UserTypes.get().owners(options).giveUser(nursery.socket(), address);
        Object key = Files.readAttributes(nursery.socket(), BasicFileAttributes.class).fileKey();
        Files.move(nursery.socket(), path, StandardCopyOption.ATOMIC_MOVE);
        done = true;
        return new SocketFile(
            path.toAbsolutePath(), listener, key, UserTypes.get().deletesOnClose(options));
      } finally {
        if (!done) {
          listener.close();
        }
      }
    }
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
    try {
      if (deleteOnClose) {
        deleteIfOurs();
      }
    } finally {
      listener.close();
    }
  }

  private void deleteIfOurs() throws IOException {
    try {
      Object there =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .fileKey();
      if (fileKey == null || fileKey.equals(there)) {
        Files.delete(path);
      }
    } catch (NoSuchFileException e) {
      // Somebody was faster, or took the whole folder away.
    }
  }
}
