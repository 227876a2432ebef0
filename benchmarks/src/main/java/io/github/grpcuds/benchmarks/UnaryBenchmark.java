package io.github.grpcuds.benchmarks;

import com.google.protobuf.ByteString;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.grpc.stub.StreamObserver;
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

/** One unary call after the other, the payload returned as it came. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class UnaryBenchmark {
  @Param({"UDS_JDK", "UDS_JNR", "NETTY_EPOLL_UDS", "OKHTTP_TCP"})
  TransportKind transport;

  @Param({"32", "65536"})
  int payloadBytes;

  @Param({"false", "true"})
  boolean directExecutors;

  private Transport open;
  private GreeterGrpc.GreeterBlockingStub stub;
  private HelloRequest request;

  /** Starts the server and connects. */
  @Setup
  public void setUp() throws Exception {
    open = Transport.open(transport, new Echo(), directExecutors);
    stub = GreeterGrpc.newBlockingStub(open.channel());
    request =
        HelloRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[payloadBytes])).build();
  }

  @TearDown
  public void tearDown() throws Exception {
    open.close();
  }

  /** The time of one call. */
  @Benchmark
  public HelloReply unary() {
    return stub.sayHello(request);
  }

  private static final class Echo extends GreeterGrpc.GreeterImplBase {
    @Override
    public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      replies.onNext(HelloReply.newBuilder().setPayload(request.getPayload()).build());
      replies.onCompleted();
    }
  }
}
