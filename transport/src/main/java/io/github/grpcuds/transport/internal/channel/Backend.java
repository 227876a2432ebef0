package io.github.grpcuds.transport.internal.channel;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import java.io.IOException;
import java.util.Set;

/**
 * One way to reach the kernel's Unix sockets. Stateless and safe for use by any thread.
 *
 * <p>Nothing a backend does blocks: waiting is the business of {@link UdsChannel#awaitReadable} and
 * its kin, and of {@code Connector} while a listener's backlog is full.
 */
public interface Backend {
  /** The value of {@code grpcuds.backend} that forces this backend. */
  String name();

  Set<Capability> capabilities();

  /** Why this backend cannot use the address here, to end a sentence; null if it can. */
  String refusal(UdsAddress address);

  /**
   * Tries once to connect.
   *
   * @return null if the listener's backlog is full, in which case a later try may succeed
   * @throws IOException as {@link ConnectFailure} has them
   */
  UdsChannel connect(UdsAddress address) throws IOException;

  /** Binds and listens; an existing file is an error, whatever it is. */
  UdsListener listen(UdsAddress address, int backlog) throws IOException;

  /**
   * Binds and listens with a socket file that has this mode, less what the umask takes away, from
   * its first moment on; an existing file is an error, whatever it is.
   *
   * @param mode permission bits
   * @return null if this backend cannot do so here, with nothing done
   */
  default UdsListener listen(UdsAddress address, int backlog, int mode) throws IOException {
    return null;
  }

  /**
   * Binds and listens at a path, with a socket file as the options want it.
   *
   * @return null if the room {@code file} is to see to the file, as java.nio.file lets it
   */
  default UdsListener listen(UdsAddress address, SocketFileOptions options, int backlog)
      throws IOException {
    return null;
  }

  /** The id of this process, as getpid(2) has it. */
  long pid() throws IOException;

  /**
   * Why this backend cannot listen on a descriptor that the process was started with, to end a
   * sentence; null if it can, or if the descriptor is nothing to listen on.
   */
  String inheritRefusal(int fd) throws IOException;

  /**
   * Listens on a descriptor that the process was started with.
   *
   * @param shown how to name it in an exception
   * @return null if it is no socket at all
   * @throws IOException if it is no Unix stream socket that listens; the JDK cannot tell whether it
   *     listens, and accept fails if not
   */
  InheritedSocket inherit(int fd, String shown) throws IOException;

  /** Why this backend cannot send datagrams, to end a sentence; null if it can. */
  String datagramRefusal();

  /**
   * Sends one datagram to a Unix socket; for a receiver that is slow it waits, a second at most.
   */
  void sendDatagram(UdsAddress address, byte[] datagram) throws IOException;
}
