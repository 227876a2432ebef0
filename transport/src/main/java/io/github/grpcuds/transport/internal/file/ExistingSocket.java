package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Whoever has the path already at which a server wants to listen. */
final class ExistingSocket {
  private static final int MOST_CHANGES = 1000;

  private ExistingSocket() {}

  /**
   * Makes room for a server's socket: nothing is there, or the socket of a server that is gone,
   * which a refused connection proves and the file's age does not. That is deleted, unless another
   * file has come to its place meanwhile.
   *
   * @return whether there was a dead socket
   * @throws IOException if something is there that has to stay
   */
  static boolean makeRoom(Backend backend, UdsAddress address, Path path) throws IOException {
    for (int i = 0; i < MOST_CHANGES; i++) {
      SocketFileState state = SocketFileState.of(path, LinkOption.NOFOLLOW_LINKS);
      if (state == SocketFileState.MISSING) {
        return false;
      }
      if (state != SocketFileState.SOCKET) {
        throw state == SocketFileState.UNREACHABLE
            ? BindFailure.denied(address, "look into " + path.getParent())
            : BindFailure.foreign(address, state.description());
      }
      Object file = fileKey(path);
      if (isDead(backend, address) && (file == null || file.equals(fileKey(path)))) {
        delete(address, path);
        return true;
      }
    }
    throw BindFailure.other(address, "other sockets come and go there");
  }

  /** Device and inode; null if there is no file, or a file system that has none (Windows). */
  static Object fileKey(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static void delete(UdsAddress address, Path path) throws IOException {
    try {
      Files.deleteIfExists(path);
    } catch (FileSystemException e) {
      throw BindFailure.foreign(
          address,
          "the socket of a server that is gone, which this user may not delete: " + why(e));
    }
  }

  private static String why(FileSystemException e) {
    return e.getReason() == null ? "Permission denied" : e.getReason();
  }

  /** False also if it has gone while we looked. */
  private static boolean isDead(Backend backend, UdsAddress address) throws IOException {
    PeerCredentials server;
    try {
      server = serverOf(backend.connect(address));
    } catch (ConnectException e) {
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (AccessDeniedException e) {
      throw BindFailure.foreign(
          address, "a socket that this user may not connect to" + advice(address));
    } catch (FileSystemException e) {
      throw BindFailure.foreign(address, "a socket that is no stream socket");
    } catch (IOException e) {
      throw BindFailure.foreign(
          address,
          "a socket, of which cannot be told whether a server is listening: "
              + e.getMessage()
              + advice(address));
    }
    throw BindFailure.inUse(address, server);
  }

  /**
   * The table proves that one listens, not that none does: other network namespaces are not in it.
   */
  private static String advice(UdsAddress address) {
    return UnixSocketTable.hasListener(address)
        ? "; a server is listening on it"
        : "; if no server is listening on it, delete it";
  }

  /** Null for a server whose backlog is full, or if the kernel does not tell. */
  private static PeerCredentials serverOf(UdsChannel probe) throws IOException {
    if (probe == null) {
      return null;
    }
    try {
      return probe.peerCredentials();
    } catch (SocketException e) {
      return null;
    } finally {
      probe.close();
    }
  }
}
