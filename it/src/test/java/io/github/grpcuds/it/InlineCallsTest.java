package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls that run in a server's one I/O thread, short ones and others. */
@Timeout(120)
class InlineCallsTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);

  /** Answers with the name of its thread. */
  private static final MethodDescriptor<byte[], byte[]> NAME = method("Name");

  /** Answers when the test allows it. */
  private static final MethodDescriptor<byte[], byte[]> BLOCK = method("Block");

  /** Answers with what the same server answers. */
  private static final MethodDescriptor<byte[], byte[]> CALL_SELF = method("CallSelf");

  @RegisterExtension final Sockets sockets = new Sockets();

  private final CountDownLatch blocked = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final Handlers handlers = new Handlers();
  private String path;

  @BeforeEach
  void newPath() {
    path = sockets.path("s");
  }

  private Server start(UdsServerBuilder builder) throws Exception {
    return sockets.start(builder.ioThreads(1).addService(new ByteEcho()).addService(handlers));
  }

  private String threadOfACall(Channel channel) {
    return new String(call(channel, NAME), StandardCharsets.UTF_8);
  }

  private static byte[] call(Channel channel, MethodDescriptor<byte[], byte[]> method) {
    return ClientCalls.blockingUnaryCall(channel, method, ByteEcho.within(60), MESSAGE);
  }

  @Test
  void shortCallsRunInTheThreadThatReads() throws Exception {
    start(UdsServerBuilder.forPath(path));
    ManagedChannel channel = sockets.channel(path);
    for (int inLoop = 0; inLoop < 100; ) { // not from the first: the code has to be compiled
      inLoop += threadOfACall(channel).startsWith("grpc-uds-io-") ? 1 : 0;
    }
  }

  @Test
  void noneDoesIfThatIsSwitchedOff() throws Exception {
    start(UdsServerBuilder.forPath(path).inlineCalls(false));
    ManagedChannel channel = sockets.channel(path);
    for (int i = 0; i < 100; i++) {
      assertTrue(threadOfACall(channel).startsWith("grpc-uds-call-"));
    }
  }

  @Test
  void callThatBlocksKeepsNobodyUp() throws Exception {
    Server server = start(UdsServerBuilder.forPath(path));
    ManagedChannel same = sockets.channel(path);
    ManagedChannel other = sockets.channel(path);
    ByteEcho.callInEveryKind(same, 1000);
    Future<byte[]> waiting =
        ClientCalls.futureUnaryCall(same.newCall(BLOCK, ByteEcho.within(60)), MESSAGE);
    assertTrue(blocked.await(Deadline.SECONDS, TimeUnit.SECONDS));
    ByteEcho.callInEveryKind(same, 100_000);
    ByteEcho.callInEveryKind(other, 100_000);
    server.shutdown();
    release.countDown();
    assertArrayEquals(MESSAGE, waiting.get(Deadline.SECONDS, TimeUnit.SECONDS));
    assertTrue(server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void callsMayCallTheirOwnServer() throws Exception {
    start(UdsServerBuilder.forPath(path));
    ManagedChannel channel = sockets.channel(path);
    handlers.self = channel;
    List<Future<byte[]>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      answers.add(
          ClientCalls.futureUnaryCall(channel.newCall(CALL_SELF, ByteEcho.within(60)), MESSAGE));
    }
    for (Future<byte[]> answer : answers) {
      assertArrayEquals(MESSAGE, answer.get(Deadline.SECONDS, TimeUnit.SECONDS));
    }
  }

  @Test
  void serverEndsWhileACallIsBlocked() throws Exception {
    Server server = start(UdsServerBuilder.forPath(path));
    ManagedChannel channel = sockets.channel(path);
    Future<byte[]> waiting =
        ClientCalls.futureUnaryCall(channel.newCall(BLOCK, ByteEcho.within(60)), MESSAGE);
    assertTrue(blocked.await(Deadline.SECONDS, TimeUnit.SECONDS));
    server.shutdownNow();
    assertTrue(server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
    assertThrows(ExecutionException.class, () -> waiting.get(Deadline.SECONDS, TimeUnit.SECONDS));
    release.countDown();
  }

  private final class Handlers implements BindableService {
    volatile Channel self;

    @Override
    public ServerServiceDefinition bindService() {
      return ServerServiceDefinition.builder("grpcuds.test.Handlers")
          .addMethod(NAME, ServerCalls.asyncUnaryCall(this::name))
          .addMethod(BLOCK, ServerCalls.asyncUnaryCall(this::block))
          .addMethod(CALL_SELF, ServerCalls.asyncUnaryCall(this::callSelf))
          .build();
    }

    private void name(byte[] request, StreamObserver<byte[]> answers) {
      answers.onNext(Thread.currentThread().getName().getBytes(StandardCharsets.UTF_8));
      answers.onCompleted();
    }

    private void block(byte[] request, StreamObserver<byte[]> answers) {
      blocked.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      answers.onNext(request);
      answers.onCompleted();
    }

    private void callSelf(byte[] request, StreamObserver<byte[]> answers) {
      answers.onNext(call(self, ByteEcho.ECHO));
      answers.onCompleted();
    }
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.newBuilder(new ByteEcho.Bytes(), new ByteEcho.Bytes())
        .setType(MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName("grpcuds.test.Handlers", name))
        .build();
  }
}
