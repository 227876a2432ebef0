package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.InheritFailure;
import io.github.grpcuds.transport.internal.channel.InheritedSocket;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * The socket that is standard input, by {@link System#inheritedChannel}.
 *
 * <p>Its channel is never closed. The JDK would take the occasion to turn standard output and error
 * into /dev/null, and with them whatever a service still has to log.
 */
final class JdkInherited {
  private JdkInherited() {}

  static String refusal(int fd) throws IOException {
    if (fd != InheritedSocket.STDIN) {
      return "the JDK takes over descriptor 0 alone (StandardInput=socket)";
    }
    Channel channel = System.inheritedChannel();
    if (channel instanceof ServerSocketChannel) {
      SocketAddress address = ((ServerSocketChannel) channel).getLocalAddress();
      if (isUnix(address) && address.toString().isEmpty()) {
        return "the JDK's channels know no abstract names";
      }
    }
    return null;
  }

  /** Null if standard input is no socket. */
  static InheritedSocket open(String shown) throws IOException {
    Channel channel = System.inheritedChannel();
    if (channel == null) {
      return null;
    }
    if (channel instanceof SocketChannel) {
      throw InheritFailure.notListening(shown);
    }
    if (!(channel instanceof ServerSocketChannel)) {
      throw InheritFailure.notStream(shown, channel.getClass().getSimpleName());
    }
    ServerSocketChannel socket = (ServerSocketChannel) channel;
    SocketAddress address = socket.getLocalAddress();
    if (!isUnix(address)) {
      throw InheritFailure.notUnix(shown, "at " + address);
    }
    UdsListener listener = new JdkListener(socket, () -> {});
    return new InheritedSocket(listener, pathOf(address));
  }

  /** Who bound it may have used a byte more than a path of ours can have (unix(7), BUGS). */
  private static UdsAddress pathOf(SocketAddress address) {
    return UserTypes.get().ofBytes(false, address.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isUnix(SocketAddress address) {
    return address != null
        && address.getClass().getName().equals("java.net.UnixDomainSocketAddress");
  }
}
