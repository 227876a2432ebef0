package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** In which threads of a server calls run. */
class CallThreadsTest {
  private static final String OURS = "grpc-uds-"; // -call- or -io-

  @RegisterExtension final Sockets sockets = new Sockets();

  private String path;

  @BeforeEach
  void newPath() {
    path = sockets.path("s");
  }

  private UdsServerBuilder builder() {
    return UdsServerBuilder.forPath(path).addService(new ThreadNamer());
  }

  private String threadOfACall() {
    return GreeterGrpc.newBlockingStub(sockets.channel(path))
        .withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS)
        .sayHello(HelloRequest.getDefaultInstance())
        .getMessage();
  }

  private void assertOurs(String thread) {
    assertTrue(thread.startsWith(OURS), thread);
  }

  @Test
  void withoutAnExecutorInThoseOfTheServer() throws Exception {
    sockets.start(builder());
    assertOurs(threadOfACall());
  }

  @Test
  void noExecutorIsTheDefaultAgain() throws Exception {
    sockets.start(builder().directExecutor().executor(null));
    assertOurs(threadOfACall());
  }

  @Test
  void anExecutorOfTheUserIsUsed() throws Exception {
    ExecutorService executor = Executors.newCachedThreadPool(task -> new Thread(task, "user's"));
    try {
      sockets.start(builder().executor(executor));
      assertEquals("user's", threadOfACall());
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void directCallsRunInThreadsOfTheConnections() throws Exception {
    sockets.start(builder().directExecutor());
    String thread = threadOfACall();
    assertTrue(thread.startsWith("grpc-uds-io-"), thread);
  }

  /** Answers with the name of its thread. */
  private static final class ThreadNamer extends EchoGreeter {
    @Override
    public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      replies.onNext(HelloReply.newBuilder().setMessage(Thread.currentThread().getName()).build());
      replies.onCompleted();
    }
  }
}
