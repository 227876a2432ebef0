package io.github.grpcuds.benchmarks;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;

/** The rows over a transport of gRPC, on one channel with default and one with direct executors. */
final class GrpcWorkloads {
  private static final int COMPUTE_MICROS = 50;

  private final Wiring wiring;
  private final Endpoints endpoints;
  private ManagedChannel channel;
  private ManagedChannel directChannel;
  private ManagedChannel bulkChannel;

  GrpcWorkloads(Wiring wiring, Endpoints endpoints) {
    this.wiring = wiring;
    this.endpoints = endpoints;
  }

  Workload of(Row row) {
    switch (row.kind) {
      case BLOCKING:
        return new BlockingCalls(channel());
      case CALLS:
        return echoes(channel(), row.size);
      case DIRECT_CALLS:
        return echoes(directChannel(), row.size);
      case FUTURES:
        return new FuturesInFlight(channel(), row.size);
      case THREADS:
        return new CallingThreads(channel(), row.size, Thread::new);
      case VIRTUAL_THREADS:
        return new CallingThreads(channel(), row.size, VirtualThreads::unstarted);
      case SLEEP:
        return work(row.size, BenchService.work(row.sleepMicros, 0));
      case COMPUTE:
        return work(row.size, BenchService.work(0, COMPUTE_MICROS));
      case PACED:
        return new PacedCalls(channel(), row.size);
      case ITERATOR:
        return Streams.iterator(channel(), row.size);
      case ITERATOR_V2:
        return Streams.iteratorV2(channel(), row.size);
      case BESIDE_BULK:
        return new CallsBesideBulk(channel(), row.size == 1 ? channel() : bulkChannel());
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

  private static Workload echoes(Channel channel, int calls) {
    return new CallsInFlight(channel, BenchService.ECHO, new byte[32], calls);
  }

  private Workload work(int calls, byte[] request) {
    return new CallsInFlight(channel(), BenchService.WORK, request, calls);
  }

  private ManagedChannel bulkChannel() {
    if (bulkChannel == null) {
      bulkChannel = open();
    }
    return bulkChannel;
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
