package io.github.grpcuds.benchmarks;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;

/** The rows over a transport of gRPC, on one channel with default and one with direct executors. */
final class GrpcWorkloads {
  private final Wiring wiring;
  private final Endpoints endpoints;
  private ManagedChannel channel;
  private ManagedChannel directChannel;

  GrpcWorkloads(Wiring wiring, Endpoints endpoints) {
    this.wiring = wiring;
    this.endpoints = endpoints;
  }

  Workload of(Row row) {
    switch (row.kind) {
      case BLOCKING:
        return new BlockingCalls(channel());
      case CALLS:
        return new CallsInFlight(channel(), row.size);
      case DIRECT_CALLS:
        return new CallsInFlight(directChannel(), row.size);
      case DOWNLOAD:
        return Streams.download(channel(), row.size);
      case UPLOAD:
        return Streams.upload(channel(), row.size);
      case PING_PONG:
        return new PingPong(channel());
      case CONNECT:
        return new Connects(this::open);
      default:
        throw new IllegalArgumentException("not a row of a warm client: " + row);
    }
  }

  private ManagedChannel channel() {
    if (channel == null) {
      channel = open();
    }
    return channel;
  }

  private ManagedChannel directChannel() {
    if (directChannel == null) {
      directChannel = builder(endpoints.direct).directExecutor().build();
    }
    return directChannel;
  }

  /** A new channel with default executors. */
  ManagedChannel open() {
    return builder(endpoints.pooled).build();
  }

  private ManagedChannelBuilder<?> builder(String endpoint) {
    return wiring.channel(endpoint).maxInboundMessageSize(GrpcServers.MAX_MESSAGE_BYTES);
  }
}
