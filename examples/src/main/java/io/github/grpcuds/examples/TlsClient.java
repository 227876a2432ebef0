package io.github.grpcuds.examples;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloRequest;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A client that speaks TLS; the server's certificate has to be for {@code localhost}. */
public final class TlsClient {
  private static final String USAGE = "TlsClient [--socket PATH] --trust PEM";

  private TlsClient() {}

  public static void main(String[] args) throws IOException {
    Options options = Options.parse(USAGE, args);
    ChannelCredentials credentials =
        TlsChannelCredentials.newBuilder().trustManager(new File(options.get("trust"))).build();
    ManagedChannel channel = UdsChannelBuilder.forPath(options.socket(), credentials).build();
    try {
      System.out.println(
          GreeterGrpc.newBlockingStub(channel)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .sayHello(HelloRequest.newBuilder().setName("TLS").build())
              .getMessage());
    } finally {
      channel.shutdownNow();
    }
  }
}
