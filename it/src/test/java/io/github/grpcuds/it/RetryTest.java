package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RetryTest {
  private static final HelloRequest ANN = HelloRequest.newBuilder().setName("Ann").build();

  @RegisterExtension final Sockets sockets = new Sockets();

  private static Map<String, ?> methodConfig(String policy, Map<String, ?> settings) {
    Map<String, Object> method = new HashMap<>();
    method.put("name", Collections.singletonList(Collections.emptyMap()));
    method.put(policy, settings);
    return Collections.singletonMap("methodConfig", Collections.singletonList(method));
  }

  /** For UNAVAILABLE; later back-offs are longer than the first, up to 0.1 s. */
  static Map<String, ?> retryPolicy(double maxAttempts, String initialBackoff) {
    Map<String, Object> policy = new HashMap<>();
    policy.put("maxAttempts", maxAttempts);
    policy.put("initialBackoff", initialBackoff);
    policy.put("maxBackoff", "0.1s");
    policy.put("backoffMultiplier", 1.5);
    policy.put("retryableStatusCodes", Arrays.asList("UNAVAILABLE"));
    return methodConfig("retryPolicy", policy);
  }

  @Test
  void retriesAsTheServiceConfigSays() throws Exception {
    String path = sockets.path("s");
    FailingGreeter greeter = new FailingGreeter(3);
    sockets.serve(path, greeter);
    ManagedChannel channel =
        sockets.open(
            UdsChannelBuilder.forPath(path)
                .defaultServiceConfig(retryPolicy(5, "0.01s"))
                .enableRetry());
    assertEquals("Hello Ann", GreeterGrpc.newBlockingStub(channel).sayHello(ANN).getMessage());
    assertEquals(4, greeter.calls.get());
  }

  @Test
  void givesUpAfterTheLastAttempt() throws Exception {
    String path = sockets.path("s");
    FailingGreeter greeter = new FailingGreeter(10);
    sockets.serve(path, greeter);
    ManagedChannel channel =
        sockets.open(UdsChannelBuilder.forPath(path).defaultServiceConfig(retryPolicy(4, "0.01s")));
    StatusRuntimeException e =
        assertThrows(
            StatusRuntimeException.class, () -> GreeterGrpc.newBlockingStub(channel).sayHello(ANN));
    assertEquals("UNAVAILABLE: attempt 4", e.getMessage());
    assertEquals(4, greeter.calls.get());
  }

  @Test
  void hedgingAnswersThoughTheFirstAttemptHangs() throws Exception {
    String path = sockets.path("s");
    CountDownLatch end = new CountDownLatch(1);
    EchoGreeter greeter =
        new EchoGreeter() {
          @Override
          public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
            if (calls.get() == 0) {
              calls.incrementAndGet(); // and never answers
              end.countDown();
            } else {
              super.sayHello(request, replies);
            }
          }
        };
    sockets.serve(path, greeter);
    Map<String, Object> policy = new HashMap<>();
    policy.put("maxAttempts", 3.0);
    policy.put("hedgingDelay", "0.1s");
    policy.put("nonFatalStatusCodes", Arrays.asList("UNAVAILABLE"));
    ManagedChannel channel =
        sockets.open(
            UdsChannelBuilder.forPath(path)
                .defaultServiceConfig(methodConfig("hedgingPolicy", policy)));
    GreeterGrpc.GreeterBlockingStub stub =
        GreeterGrpc.newBlockingStub(channel).withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS);
    assertEquals("Hello Ann", stub.sayHello(ANN).getMessage());
    assertTrue(end.await(0, TimeUnit.SECONDS), "the first attempt did not arrive first");
  }

  /** Fails the first calls with UNAVAILABLE. */
  private static final class FailingGreeter extends EchoGreeter {
    private final int failures;

    FailingGreeter(int failures) {
      this.failures = failures;
    }

    @Override
    public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      int attempt = calls.incrementAndGet();
      if (attempt <= failures) {
        replies.onError(
            Status.UNAVAILABLE.withDescription("attempt " + attempt).asRuntimeException());
      } else {
        replies.onNext(reply(request.getName(), request));
        replies.onCompleted();
      }
    }
  }
}
