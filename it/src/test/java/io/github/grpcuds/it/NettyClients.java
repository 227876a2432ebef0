package io.github.grpcuds.it;

import io.grpc.internal.GrpcUtil;
import io.netty.channel.epoll.Epoll;
import org.junit.jupiter.api.Assumptions;

/** Whether grpc-netty's clients can be put to use here. */
final class NettyClients {
  /** Those before corrupt data with the Netty that is here (grpc-java #11294). */
  private static final int FIRST_MINOR = 65;

  private NettyClients() {}

  static void assumeUsable() {
    Assumptions.assumeTrue(Epoll.isAvailable(), "Netty has Unix sockets by epoll alone here");
    String version = GrpcUtil.getGrpcBuildVersion().getImplementationVersion();
    int minor = Integer.parseInt(version.split("\\.", -1)[1]);
    Assumptions.assumeTrue(
        minor >= FIRST_MINOR, () -> "grpc-netty " + version + " does not go with this Netty");
  }
}
