package io.github.grpcuds.it;

import static io.github.grpcuds.it.EngineServer.CHAT;
import static io.github.grpcuds.it.EngineServer.ECHO;
import static io.github.grpcuds.it.EngineServer.RAW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Errors in whatever the server calls of the user's or of gRPC's: those of one client cost the
 * others nothing, every call ends, and so does the server.
 */
@Tag("long")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultPointsTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);
  private static final int FAULTS = 4;
  private static final String PATIENCE = "20S"; // a call that nobody answers ends otherwise

  @RegisterExtension final EngineServer server = new EngineServer();

  private final AtomicInteger faults = new AtomicInteger(); // to come
  private final AtomicInteger thrown = new AtomicInteger();
  private ExecutorService threads;
  private volatile Point point;
  private volatile Supplier<Throwable> error;

  /** Where it is thrown. */
  enum Point {
    EXECUTOR,
    TRACER,
    TRACER_OF_MESSAGE,
    TRACER_OF_ANSWER,
    TRACER_OF_END,
    INTERCEPTOR,
    HANDLER,
    MESSAGE,
    HALF_CLOSE,
    READY,
    COMPLETE,
    PARSE,
    STREAM,
    TRANSPORT_CREATED,
    TRANSPORT_READY,
    TRANSPORT_TERMINATED
  }

  /** gRPC's server core sets a timer for the handshake when it is told of a connection. */
  private final ScheduledThreadPoolExecutor timers =
      new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
          at(Point.TRANSPORT_CREATED);
          return super.schedule(task, delay, unit);
        }
      };

  @AfterEach
  void stop() {
    timers.shutdownNow();
    if (threads != null) {
      threads.shutdownNow();
    }
  }

  private void at(Point where) {
    if (point == where && faults.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      thrown.incrementAndGet();
      sneak(error.get());
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void sneak(Throwable e) throws E {
    throw (E) e;
  }

  @ParameterizedTest
  @EnumSource
  void memoryThatLacksEndsOneCallAtMost(Point where) throws Exception {
    assertBorne(where, () -> new OutOfMemoryError("by a test"), false);
  }

  @ParameterizedTest
  @EnumSource
  void stackThatIsUsedUpEndsOneCallAtMost(Point where) throws Exception {
    assertBorne(where, StackOverflowError::new, false);
  }

  @ParameterizedTest
  @EnumSource
  void exceptionEndsOneCallAtMost(Point where) throws Exception {
    assertBorne(where, () -> new RejectedExecutionException("by a test"), false);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EXECUTOR")
  void memoryThatLacksEndsOneCallAtMostWithDirectExecutor(Point where) throws Exception {
    assertBorne(where, () -> new OutOfMemoryError("by a test"), true);
  }

  private void assertBorne(Point where, Supplier<Throwable> what, boolean direct) throws Exception {
    Server started = server.start(configure(direct, where));
    Http2Peer innocent = server.connect();
    int stream = innocent.start(CHAT);
    innocent.send(stream, MESSAGE, false);
    innocent.awaitThat(() -> innocent.reply(stream).messages().size() == 1, "an answer");
    Http2Peer victim = server.connect();
    victim.call(ECHO, MESSAGE).assertOk(MESSAGE);

    error = what;
    point = where;
    faults.set(where == Point.TRANSPORT_TERMINATED ? 1 : FAULTS);
    Deadline deadline = Deadline.start();
    for (int i = 0; faults.get() > 0; i++) {
      deadline.check(() -> faults + " faults left");
      if (where.compareTo(Point.TRANSPORT_CREATED) >= 0) {
        connectAndLeave();
      } else {
        int failing = victim.start(method(i), "grpc-timeout", PATIENCE);
        victim.send(failing, MESSAGE, true);
        Http2Reply reply = victim.awaitReply(failing);
        boolean late = reply.reset == null && "4".equals(reply.grpcStatus());
        assertTrue(!late, () -> "nobody answered " + reply);
      }
    }
    assertTrue(thrown.get() > 0, "nothing was thrown");

    victim.call(ECHO, MESSAGE).assertOk(MESSAGE);
    for (int i = 0; i < 4; i++) { // those of each I/O thread
      server.connect().call(ECHO, MESSAGE).assertOk(MESSAGE);
    }
    innocent.send(stream, MESSAGE, true);
    assertEquals("0", innocent.awaitReply(stream).grpcStatus());
    assertEquals(2, innocent.reply(stream).messages().size());
    started.shutdownNow();
    assertTrue(started.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS), "has not terminated");
  }

  /** A connection that begins and ends. What one is told again may be another's fault. */
  private void connectAndLeave() throws Exception {
    int before = thrown.get();
    try (Http2Peer peer = server.open()) {
      peer.write(RawFrames.join(RawFrames.PREFACE, RawFrames.settings()));
      if (point != Point.TRANSPORT_TERMINATED) {
        awaitFault(before);
      }
    }
    awaitFault(before);
  }

  private void awaitFault(int before) {
    Await.until(() -> thrown.get() > before || faults.get() == 0, () -> "nothing was thrown");
  }

  private String method(int number) {
    boolean marshals = point == Point.PARSE || point == Point.STREAM;
    return marshals ? RAW : number % 2 == 0 ? ECHO : CHAT;
  }

  private ServerBuilder<?> configure(boolean direct, Point where) {
    ServerBuilder<?> builder =
        server
            .builder()
            .intercept(new Intercepting())
            .addTransportFilter(new Filtering())
            .addStreamTracerFactory(new Tracing());
    if (where == Point.TRANSPORT_CREATED) {
      ((UdsServerBuilder) builder).scheduledExecutorService(timers);
    }
    if (direct) {
      builder.directExecutor();
    } else if (where == Point.EXECUTOR) {
      threads = Executors.newFixedThreadPool(2);
      Executor failing =
          task -> {
            at(Point.EXECUTOR);
            threads.execute(task);
          };
      builder.executor(failing);
    }
    return builder.addService(
        ServerServiceDefinition.builder("test.Raw")
            .addMethod(
                ByteEcho.ECHO.toBuilder(new Marshalling(), new Marshalling())
                    .setFullMethodName(RAW)
                    .build(),
                ServerCalls.asyncUnaryCall(
                    (byte[] request, StreamObserver<byte[]> answers) -> {
                      answers.onNext(request);
                      answers.onCompleted();
                    }))
            .build());
  }

  private final class Marshalling implements MethodDescriptor.Marshaller<byte[]> {
    private final ByteEcho.Bytes bytes = new ByteEcho.Bytes();

    @Override
    public InputStream stream(byte[] value) {
      at(Point.STREAM);
      return bytes.stream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      at(Point.PARSE);
      return bytes.parse(stream);
    }
  }

  private final class Filtering extends ServerTransportFilter {
    @Override
    public Attributes transportReady(Attributes attributes) {
      at(Point.TRANSPORT_READY);
      return attributes;
    }

    @Override
    public void transportTerminated(Attributes attributes) {
      at(Point.TRANSPORT_TERMINATED);
    }
  }

  private final class Tracing extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      at(Point.TRACER);
      return new ServerStreamTracer() {
        @Override
        public void inboundMessage(int number) {
          at(Point.TRACER_OF_MESSAGE);
        }

        @Override
        public void outboundMessage(int number) {
          at(Point.TRACER_OF_ANSWER);
        }

        @Override
        public void streamClosed(Status status) {
          at(Point.TRACER_OF_END);
        }
      };
    }
  }

  private final class Intercepting implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      at(Point.INTERCEPTOR);
      ServerCall.Listener<Q> listener = next.startCall(call, headers);
      at(Point.HANDLER);
      return new SimpleForwardingServerCallListener<Q>(listener) {
        @Override
        public void onMessage(Q message) {
          at(Point.MESSAGE);
          super.onMessage(message);
        }

        @Override
        public void onHalfClose() {
          at(Point.HALF_CLOSE);
          super.onHalfClose();
        }

        @Override
        public void onReady() {
          at(Point.READY);
          super.onReady();
        }

        @Override
        public void onComplete() {
          at(Point.COMPLETE);
          super.onComplete();
        }
      };
    }
  }
}
