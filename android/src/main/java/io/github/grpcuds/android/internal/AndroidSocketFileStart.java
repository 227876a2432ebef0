package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import android.system.StructStat;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FileFailures;
import io.github.grpcuds.transport.internal.FileOwners;
import io.github.grpcuds.transport.internal.ModeText;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import io.github.grpcuds.transport.internal.peer.IdText;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Puts a listening socket at a path, without java.nio.file, which Android has from API level 26 on.
 *
 * <p>Android's bind deletes whatever file is at the path. So this looks first what that is, and
 * {@link StartLock} keeps other starting servers of this library away meanwhile.
 */
final class AndroidSocketFileStart {
  private static final Logger logger = Logger.getLogger(AndroidSocketFileStart.class.getName());

  private static final int MOST_CHANGES = 1000;
  private static final int PERMISSIONS = 0777;
  private static final int OWNERS = 0700; // what of a mode is for the owner
  private static final int UNCHANGED = -1; // for chown(2)

  private final AndroidBackend backend;
  private final UdsAddress address;
  private final int backlog;
  private final String path;
  private final int mode;
  private final FileOwners owners;
  private final boolean deleteOnClose;

  private AndroidSocketFileStart(
      AndroidBackend backend, UdsAddress address, SocketFileOptions options, int backlog) {
    this.backend = backend;
    this.address = address;
    this.backlog = backlog;
    this.path = new File(address.path()).getAbsolutePath();
    this.mode = UserTypes.get().mode(options);
    this.owners = UserTypes.get().owners(options);
    this.deleteOnClose = UserTypes.get().deletesOnClose(options);
  }

  static UdsListener listen(
      AndroidBackend backend, UdsAddress address, SocketFileOptions options, int backlog)
      throws IOException {
    AndroidSocketFileStart start = new AndroidSocketFileStart(backend, address, options, backlog);
    start.checkOwners();
    AndroidFolders.prepare(new File(start.path).getParentFile(), address, options);
    StartLock lock = StartLock.acquire(start.path);
    try {
      return start.listen();
    } finally {
      lock.close();
    }
  }

  private void checkOwners() throws IOException {
    if (!isNumber(owners.user()) || !isNumber(owners.group())) {
      throw BindFailure.other(address, "Android knows users and groups by number only" + owners);
    }
  }

  private static boolean isNumber(Object owner) {
    return !(owner instanceof String) || IdText.isNumber((String) owner);
  }

  private UdsListener listen() throws IOException {
    boolean replaces = makeRoom();
    boolean first = owners.changeNothing();
    UdsListener listener = backend.listen(boundAddress(), backlog, first ? mode : mode & OWNERS);
    FileIdentity file = null;
    boolean done = false;
    try {
      file = dress();
      done = true;
    } finally {
      if (!done) {
        listener.close();
      }
    }
    if (replaces) {
      logger.log(Level.INFO, "Replaced {0}, the socket of a server that is gone", address);
    }
    return new AndroidSocketFile(path, listener, file, deleteOnClose);
  }

  /** The whole path, if it is not too long. */
  private UdsAddress boundAddress() {
    try {
      return UdsAddress.ofPath(path);
    } catch (IllegalArgumentException e) {
      return address;
    }
  }

  /**
   * Deletes the socket of a server that is gone, which a refused connection proves.
   *
   * @return whether there was one
   * @throws IOException if something is there that has to stay
   */
  private boolean makeRoom() throws IOException {
    for (int i = 0; i < MOST_CHANGES; i++) {
      StructStat there = lookAtPath();
      if (there == null) {
        return false;
      }
      FileKind kind = FileKind.of(there);
      if (kind != FileKind.SOCKET) {
        throw BindFailure.foreign(address, kind.description());
      }
      if (isDead()) {
        deleteDead(FileIdentity.of(there));
        return true;
      }
    }
    throw BindFailure.other(address, "other sockets come and go there");
  }

  /** Null if nothing is there. */
  private StructStat lookAtPath() throws IOException {
    try {
      return Os.lstat(path);
    } catch (ErrnoException e) {
      if (FileKind.of(e) == FileKind.MISSING) {
        return null;
      }
      throw BindFailure.denied(address, "look into " + new File(path).getParent());
    }
  }

  /** False also if it has gone while we looked. */
  private boolean isDead() throws IOException {
    PeerCredentials server;
    try {
      server = serverOf(backend.connect(address));
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      if (FileIdentity.at(path) == null) {
        return false;
      }
      throw BindFailure.foreign(
          address,
          "a socket, of which cannot be told whether a server is listening: "
              + e.getMessage()
              + "; if no server is listening on it, delete it");
    }
    throw BindFailure.inUse(address, server);
  }

  /** Null for a server whose backlog is full, or if the kernel does not tell. */
  private static PeerCredentials serverOf(UdsChannel probe) throws IOException {
    if (probe == null) {
      return null;
    }
    try {
      return probe.peerCredentials();
    } catch (IOException e) {
      return null;
    } finally {
      probe.close();
    }
  }

  private void deleteDead(FileIdentity dead) throws IOException {
    try {
      dead.delete(path);
    } catch (ErrnoException e) {
      throw BindFailure.foreign(
          address,
          "the socket of a server that is gone, which this user may not delete: "
              + SystemCalls.describe(e));
    }
  }

  /** Gives the new file its owners, and the mode if it has another. */
  private FileIdentity dress() throws IOException {
    FileIdentity file = null;
    boolean done = false;
    try {
      file = FileIdentity.at(path);
      if (file == null) {
        throw FileFailures.get()
            .missing(address.path(), "Cannot listen: somebody has deleted the new socket");
      }
      give("group", UNCHANGED, id(owners.group()));
      giveMode();
      give("user", id(owners.user()), UNCHANGED);
      done = true;
      return file;
    } catch (ErrnoException e) {
      throw BindFailure.other(
          address,
          "the new socket cannot have "
              + ModeText.of(mode)
              + owners
              + ": "
              + SystemCalls.describe(e));
    } finally {
      if (!done && file != null) {
        deleteQuietly(file);
      }
    }
  }

  private void deleteQuietly(FileIdentity file) {
    try {
      file.delete(path);
    } catch (ErrnoException e) {
      logger.log(Level.FINE, "Cannot delete " + path + ": " + SystemCalls.describe(e));
    }
  }

  private static int id(Object owner) {
    return owner == null ? UNCHANGED : (int) Long.parseLong(owner.toString());
  }

  private void give(String kind, int uid, int gid) throws IOException {
    if (uid == UNCHANGED && gid == UNCHANGED) {
      return;
    }
    try {
      Os.lchown(path, uid, gid);
    } catch (ErrnoException e) {
      throw FileFailures.get()
          .other(
              address.path(),
              "Cannot listen: cannot give the socket to "
                  + kind
                  + " "
                  + (uid == UNCHANGED ? gid : uid)
                  + ": "
                  + SystemCalls.describe(e));
    }
  }

  /** The umask may have taken some of it away. */
  private void giveMode() throws ErrnoException {
    if ((Os.lstat(path).st_mode & PERMISSIONS) != mode) {
      Os.chmod(path, mode);
    }
  }
}
