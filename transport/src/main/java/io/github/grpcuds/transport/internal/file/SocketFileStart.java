package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FileModes;
import io.github.grpcuds.transport.internal.FileOwners;
import io.github.grpcuds.transport.internal.FilePaths;
import io.github.grpcuds.transport.internal.ModeText;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import io.github.grpcuds.transport.internal.channel.Pause;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Puts a listening socket at a path. */
public final class SocketFileStart {
  private static final Logger logger = Logger.getLogger(SocketFile.class.getName());

  /** How often another server may come to the path between our look and our bind. */
  private static final int TRIES = 20;

  private static final int OWNERS = 0700; // what of a mode is for the owner

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Backend backend;
  private final UdsAddress address;
  private final SocketFileOptions options;
  private final int backlog;
  private final Path path;
  private final int mode; // permission bits
  private final FileOwners owners;
  private final boolean deleteOnClose;

  private SocketFileStart(
      Backend backend, UdsAddress address, SocketFileOptions options, int backlog) {
    this.backend = backend;
    this.address = address;
    this.options = options;
    this.backlog = backlog;
    this.path = FilePaths.absolute(address);
    this.mode = UserTypes.get().mode(options);
    this.owners = UserTypes.get().owners(options);
    this.deleteOnClose = UserTypes.get().deletesOnClose(options);
  }

  /**
   * Listens at the address's path.
   *
   * @throws java.net.BindException if a server is listening there, or the system does not bind
   * @throws java.nio.file.FileSystemException if something else is there, or the folder is not
   */
  public static SocketFile listen(
      Backend backend, UdsAddress address, SocketFileOptions options, int backlog)
      throws IOException {
    String refusal = FilePaths.refusal(address);
    if (refusal != null) {
      throw BindFailure.other(address, refusal);
    }
    return new SocketFileStart(backend, address, options, backlog).listen();
  }

  private SocketFile listen() throws IOException {
    ParentFolders.prepare(path.getParent(), address, options);
    StartLock lock = StartLock.acquire(path);
    try {
      for (int i = 1; ; i++) {
        boolean replaces = ExistingSocket.makeRoom(backend, address, path);
        try {
          SocketFile file = bind();
          if (replaces) {
            logger.log(Level.INFO, "Replaced {0}, the socket of a server that is gone", address);
          }
          return file;
        } catch (BindException e) {
          giveUpUnlessTaken(e, i);
        }
      }
    } finally {
      lock.close();
    }
  }

  /**
   * Waits a little if another server has come to the path: it may be one that does not listen yet,
   * which looks dead.
   */
  private void giveUpUnlessTaken(BindException e, int tries) throws IOException {
    SocketFileState state = SocketFileState.of(path, LinkOption.NOFOLLOW_LINKS);
    if (state != SocketFileState.MISSING && tries < TRIES) {
      new Pause().sleep(PAUSE_NANOS);
      return;
    }
    if (FileAccess.isDenied(path.getParent())) {
      throw BindFailure.denied(address, "write to " + path.getParent());
    }
    throw e;
  }

  private SocketFile bind() throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return bindWithoutMode();
    }
    UdsListener listener = backend.listen(boundAddress(), backlog, firstMode());
    return listener == null ? bindInNursery() : finish(listener);
  }

  /** The whole path, if it is not too long: who looks for the socket by its path has no other. */
  private UdsAddress boundAddress() {
    try {
      UdsAddress whole = UdsAddress.ofPath(path.toString());
      return backend.refusal(whole) == null ? whole : address;
    } catch (IllegalArgumentException e) {
      return address;
    }
  }

  /** Nobody else may connect before the file has its group. */
  private int firstMode() {
    return owners.changeNothing() ? mode : mode & OWNERS;
  }

  private SocketFile finish(UdsListener listener) throws IOException {
    Object key = null;
    boolean done = false;
    try {
      key = ExistingSocket.fileKey(path);
      if (key == null) {
        throw new NoSuchFileException(
            address.path(), null, "Cannot listen: somebody has deleted the new socket");
      }
      dress(path);
      done = true;
      return new SocketFile(path, listener, key, deleteOnClose, null);
    } finally {
      if (!done) {
        undo(listener, key);
      }
    }
  }

  private void undo(UdsListener listener, Object key) throws IOException {
    try {
      if (key != null) {
        SocketFile.deleteIfOurs(path, key);
      }
    } finally {
      listener.close();
    }
  }

  private void dress(Path file) throws IOException {
    OwnerChange.giveGroup(owners, file, address);
    giveMode(file);
    OwnerChange.giveUser(owners, file, address);
  }

  /** The umask may have taken some of it away. Not all file systems let a socket's mode be set. */
  private void giveMode(Path file) throws IOException {
    int first = modeOf(file);
    if (first == mode) {
      return;
    }
    try {
      Files.setPosixFilePermissions(file, FileModes.of(mode));
    } catch (FileSystemException e) {
      throw cannotSetMode(first, e.getReason());
    }
    if (modeOf(file) != mode) {
      throw cannotSetMode(first, "the file system keeps the mode");
    }
  }

  private static int modeOf(Path file) throws IOException {
    return FileModes.bits(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
  }

  private IOException cannotSetMode(int there, String why) {
    String has = ModeText.of(there);
    String wanted = ModeText.of(mode);
    return new FileSystemException(
        address.path(),
        null,
        "Cannot listen: the socket has mode "
            + has
            + ", which cannot be changed to "
            + wanted
            + ": "
            + why
            + " (start with a umask that leaves it, or take SocketFileOptions.mode(\""
            + has
            + "\"))");
  }

  /** Where there are no modes (Windows), there is nothing to set before the file may be seen. */
  private SocketFile bindWithoutMode() throws IOException {
    if (!owners.changeNothing()) {
      throw BindFailure.other(address, "files here have no owner to set" + owners);
    }
    UdsListener listener = backend.listen(address, backlog);
    return new SocketFile(path, listener, null, deleteOnClose, null);
  }

  /** The path that the system has for the socket is another one: see {@link FileRefresher}. */
  private SocketFile bindInNursery() throws IOException {
    try (StagingDirectory nursery = StagingDirectory.create(backend, address, path)) {
      UdsListener listener = backend.listen(nursery.address(), backlog);
      boolean done = false;
      try {
        dress(nursery.socket());
        Object key = ExistingSocket.fileKey(nursery.socket());
        Files.move(nursery.socket(), path, StandardCopyOption.ATOMIC_MOVE);
        SocketFile file =
            new SocketFile(path, listener, key, deleteOnClose, FileRefresher.start(path, key));
        done = true;
        return file;
      } finally {
        if (!done) {
          listener.close();
        }
      }
    }
  }
}
