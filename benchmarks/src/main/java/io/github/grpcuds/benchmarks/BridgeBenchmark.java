package io.github.grpcuds.benchmarks;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsBridge;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One unary call after the other through a proxy, and without one; all in one process. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class BridgeBenchmark {
  /** What is between the caller's socket and the service. */
  public enum Way {
    /** Nothing: the service is the socket's server's own. */
    DIRECT,
    /** {@link UdsBridge#servicesOf} an in-process server. */
    SERVICES_OF,
    /** {@link UdsBridge#forwardTo} a channel. */
    FORWARD_TO,
    /** {@link NaiveProxy} to the same channel. */
    NAIVE_PROXY
  }

  /** What the channel behind the proxy is of. */
  public enum Behind {
    /** A server of the same process, without a socket. */
    IN_PROCESS,
    /** A server on another socket. */
    UDS
  }

  @Param({"DIRECT", "SERVICES_OF", "FORWARD_TO", "NAIVE_PROXY"})
  Way way;

  @Param({"IN_PROCESS", "UDS"})
  Behind behind;

  @Param({"32", "65536"})
  int payloadBytes;

  private final Deque<Server> servers = new ArrayDeque<>();
  private final Deque<ManagedChannel> channels = new ArrayDeque<>();
  private Path folder;
  private ManagedChannel caller;
  private byte[] request;

  /** Starts the servers and connects. */
  @Setup
  public void setUp() throws IOException {
    folder = Files.createTempDirectory("bridge");
    String path = folder.resolve("front").toString();
    String back = folder.resolve("back").toString();
    boolean inProcess = behind == Behind.IN_PROCESS;
    Server backend =
        start(
            (inProcess ? InProcessServerBuilder.forName(back) : UdsServerBuilder.forPath(back))
                .addService(BenchService.definition()));
    ManagedChannel onward =
        open(
            inProcess
                ? InProcessChannelBuilder.forName(back).build()
                : UdsChannelBuilder.forPath(back).build());
    start(front(path, backend, onward));
    caller = open(UdsChannelBuilder.forPath(path).build());
    request = new byte[payloadBytes];
  }

  private ServerBuilder<?> front(String path, Server backend, ManagedChannel onward) {
    UdsServerBuilder builder = UdsServerBuilder.forPath(path);
    switch (way) {
      case DIRECT:
        return builder.addService(BenchService.definition());
      case SERVICES_OF:
        return builder.fallbackHandlerRegistry(UdsBridge.servicesOf(backend));
      case FORWARD_TO:
        return builder.fallbackHandlerRegistry(UdsBridge.forwardTo(onward)).directExecutor();
      default:
        return builder.fallbackHandlerRegistry(new NaiveProxy(onward));
    }
  }

  private Server start(ServerBuilder<?> builder) throws IOException {
    Server server = builder.build().start();
    servers.push(server);
    return server;
  }

  private ManagedChannel open(ManagedChannel channel) {
    channels.push(channel);
    return channel;
  }

  /** Ends all of it. */
  @TearDown
  public void tearDown() throws Exception {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
    for (Server server : servers) {
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
    Files.delete(folder);
  }

  /** The time of one call. */
  @Benchmark
  public byte[] unary() {
    return ClientCalls.blockingUnaryCall(caller, BenchService.ECHO, CallOptions.DEFAULT, request);
  }
}
