package io.github.grpcuds.examples;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.concurrent.TimeUnit;

/**
 * A client of plain grpc-okhttp whose sockets come from our factory, as .NET's ConnectCallback does
 * it. It needs grpc-uds-transport alone.
 *
 * <p>Prefer {@link GreeterClient}: here a connect to a server whose backlog is full has no
 * time-out, and the channel knows one socket.
 */
public final class FactoryClient {
  private static final String USAGE = "FactoryClient [--socket PATH]";

  private FactoryClient() {}

  public static void main(String[] args) {
    Options options = Options.parse(USAGE, args);
    UdsAddress address = UdsAddress.ofPath(options.socket());
    // The host is never looked up or connected to: an IP literal, and no proxy on the way.
    ManagedChannel channel =
        OkHttpChannelBuilder.forAddress("127.0.0.1", 80, InsecureChannelCredentials.create())
            .socketFactory(new UdsSocketFactory(address))
            .overrideAuthority("localhost")
            .proxyDetector(target -> null)
            .build();
    try {
      System.out.println(
          GreeterGrpc.newBlockingStub(channel)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .sayHello(HelloRequest.newBuilder().setName("factory").build())
              .getMessage());
    } finally {
      channel.shutdownNow();
    }
  }
}
