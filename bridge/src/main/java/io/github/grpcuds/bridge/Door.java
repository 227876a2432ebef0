package io.github.grpcuds.bridge;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.List;

/** Where callers come in: {@code --listen} and what goes with it. */
final class Door {
  private static final String INHERITED = "inherited";
  private static final List<String> FOR_SOCKET_FILES = Arrays.asList("--mode", "--group");
  private static final List<String> FOR_UNIX_SOCKETS =
      Arrays.asList("--user", "--max-calls", "--max-connections");

  private static final int HIGHEST_PORT = 65535;

  private Door() {}

  /** A builder of the server that listens there. */
  static ServerBuilder<?> open(Arguments arguments) throws UsageException {
    String listen = arguments.required("--listen");
    if (listen.equals(INHERITED)) {
      refuse(arguments, FOR_SOCKET_FILES, "an inherited socket");
      return unixOptions(UdsServerBuilder.inherited(), arguments);
    }
    if (listen.startsWith("unix:") || listen.startsWith("unix-abstract:")) {
      return unixSocket(listen, arguments);
    }
    refuse(arguments, FOR_SOCKET_FILES, "TCP");
    refuse(arguments, FOR_UNIX_SOCKETS, "TCP");
    return OkHttpServerBuilder.forPort(tcpAddress(listen), InsecureServerCredentials.create());
  }

  private static ServerBuilder<?> unixSocket(String listen, Arguments arguments)
      throws UsageException {
    UdsAddress address;
    try {
      address = UdsAddress.parse(listen);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--listen cannot be used", e);
    }
    UdsServerBuilder builder = UdsServerBuilder.forAddress(address);
    if (address.isAbstract()) {
      refuse(arguments, FOR_SOCKET_FILES, "an abstract name");
    } else {
      builder.socketFile(fileOptions(arguments));
    }
    return unixOptions(builder, arguments);
  }

  private static SocketFileOptions fileOptions(Arguments arguments) throws UsageException {
    SocketFileOptions options = SocketFileOptions.defaults();
    if (arguments.has("--mode")) {
      try {
        options = options.mode(arguments.get("--mode"));
      } catch (IllegalArgumentException e) {
        throw new UsageException("--mode cannot be used", e);
      }
    }
    if (arguments.has("--group")) {
      options = options.group(arguments.get("--group"));
    }
    return options;
  }

  private static ServerBuilder<?> unixOptions(UdsServerBuilder builder, Arguments arguments)
      throws UsageException {
    if (arguments.has("--user")) {
      try {
        builder.peerPolicy(PeerPolicy.user(arguments.list("--user").toArray(new String[0])));
      } catch (IllegalArgumentException e) {
        throw new UsageException("--user cannot be used", e);
      }
    }
    if (arguments.has("--max-connections")) {
      builder.maxConnections(arguments.number("--max-connections", 1));
    }
    return builder
        .maxConcurrentCallsPerConnection(arguments.number("--max-calls", 1000))
        .notifySystemd();
  }

  private static void refuse(Arguments arguments, List<String> options, String door)
      throws UsageException {
    for (String option : options) {
      if (arguments.has(option)) {
        throw new UsageException(option + " is not for " + door + ": " + arguments.get("--listen"));
      }
    }
  }

  private static InetSocketAddress tcpAddress(String listen) throws UsageException {
    int colon = listen.lastIndexOf(':');
    String host = colon <= 0 ? "" : listen.substring(0, colon);
    try {
      int port = Integer.parseInt(listen.substring(colon + 1));
      if (!host.isEmpty() && port >= 0 && port <= HIGHEST_PORT) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (!address.isUnresolved()) {
          return address;
        }
        throw new UsageException("--listen: unknown host " + host + " in " + listen);
      }
    } catch (NumberFormatException e) {
      // says so below
    }
    throw new UsageException(
        "--listen is not unix:PATH, unix-abstract:NAME, inherited or HOST:PORT: " + listen);
  }

  /**
   * Where a server that has started listens: {@code unix:/run/app.sock}, {@code 127.0.0.1:4711}.
   */
  static String addressOf(Server server) {
    List<? extends SocketAddress> addresses = server.getListenSockets();
    return addresses.isEmpty() ? "nowhere" : String.valueOf(addresses.get(0));
  }
}
