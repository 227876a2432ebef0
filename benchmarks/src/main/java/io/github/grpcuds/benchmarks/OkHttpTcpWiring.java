package io.github.grpcuds.benchmarks;

import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** grpc-okhttp on TCP loopback. */
final class OkHttpTcpWiring implements Wiring {
  @Override
  public ServerBuilder<?> server(String endpoint) {
    return OkHttpServerBuilder.forPort(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        InsecureServerCredentials.create());
  }

  @Override
  public ManagedChannelBuilder<?> channel(String endpoint) {
    return OkHttpChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(endpoint)).usePlaintext();
  }
}
