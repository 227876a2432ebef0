package io.github.grpcuds.examples;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloRequest;
import io.grpc.ManagedChannel;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A client whose calls are tried again, as a service config says: start GreeterServer --fail-first
 * 2.
 */
public final class RetryClient {
  private static final String USAGE = "RetryClient [--socket PATH]";

  private RetryClient() {}

  public static void main(String[] args) {
    Options options = Options.parse(USAGE, args);
    ManagedChannel channel =
        UdsChannelBuilder.forPath(options.socket())
            .defaultServiceConfig(retryAllMethods())
            .enableRetry()
            .build();
    try {
      System.out.println(
          GreeterGrpc.newBlockingStub(channel)
              .withDeadlineAfter(5, TimeUnit.SECONDS)
              .sayHello(HelloRequest.newBuilder().setName("retry").build())
              .getMessage());
    } finally {
      channel.shutdownNow();
    }
  }

  /**
   * The retry policy as <a
   * href="https://github.com/grpc/proposal/blob/master/A6-client-retries.md">gRFC A6</a> has it, in
   * the shape of JSON: numbers are doubles.
   */
  static Map<String, ?> retryAllMethods() {
    Map<String, Object> policy = new HashMap<>();
    policy.put("maxAttempts", 5.0);
    policy.put("initialBackoff", "0.1s"); // a real program would rather wait 1s to 5s
    policy.put("maxBackoff", "0.5s");
    policy.put("backoffMultiplier", 1.5);
    policy.put("retryableStatusCodes", Collections.singletonList("UNAVAILABLE"));
    Map<String, Object> method = new HashMap<>();
    method.put("name", Collections.singletonList(Collections.emptyMap())); // every method
    method.put("retryPolicy", policy);
    return Collections.singletonMap("methodConfig", Collections.singletonList(method));
  }
}
