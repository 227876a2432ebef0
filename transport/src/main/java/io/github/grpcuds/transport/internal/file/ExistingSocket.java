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
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Whoever has the path already at which a server wants to listen. */
final class ExistingSocket {
  private ExistingSocket() {}

  /**
   * Finds out whether a server may put its socket at the path: nothing is there, or the socket of a
   * server that is gone, which a refused connection proves and the file's age does not.
   *
   * @return whether there is a dead socket to replace
   * @throws IOException if something is there that has to stay
   */
  static boolean checkReplaceable(Backend backend, UdsAddress address, Path path)
      throws IOException {
    SocketFileState state = SocketFileState.of(path, LinkOption.NOFOLLOW_LINKS);
    if (state == SocketFileState.MISSING) {
      return false;
    }
    if (state != SocketFileState.SOCKET) {
      throw BindFailure.foreign(address, state.description());
    }
    return isDead(backend, address);
  }

  private static boolean isDead(Backend backend, UdsAddress address) throws IOException {
    PeerCredentials server;
    try {
      server = serverOf(backend.connect(address));
    } catch (ConnectException e) {
      return true;
    } catch (NoSuchFileException e) {
      return false; // its server has just stopped, and deleted it
    } catch (AccessDeniedException e) {
      throw BindFailure.foreign(address, "a socket that this user may not connect to");
    } catch (FileSystemException e) {
      throw BindFailure.foreign(address, "a socket that is no stream socket");
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
    } catch (SocketException e) {
      return null;
    } finally {
      probe.close();
    }
  }
}
