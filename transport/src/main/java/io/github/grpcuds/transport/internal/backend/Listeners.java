package io.github.grpcuds.transport.internal.backend;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import io.github.grpcuds.transport.internal.file.SocketFileStart;
import java.io.IOException;

/**
 * Makes listening sockets.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class Listeners {
  private Listeners() {}

  /**
   * Listens at an address, with the backend that serves it. For a path that makes the socket file,
   * which the listener's close deletes while it is ours, as the options say.
   *
   * @param backlog how many connections may wait to be accepted; the kernel cuts it
   * @throws java.net.BindException if the address is taken
   * @throws IOException with the reason of each backend that cannot serve the address, or what is
   *     wrong with the file or its folder
   */
  public static UdsListener listen(UdsAddress address, SocketFileOptions options, int backlog)
      throws IOException {
    Backend backend = Backends.choose(address);
    if (address.isAbstract()) {
      return backend.listen(address, backlog);
    }
    UdsListener listener = backend.listen(address, options, backlog);
    return listener != null ? listener : SocketFileStart.listen(backend, address, options, backlog);
  }
}
