package io.github.grpcuds.android;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/** The calls of apps that are shrunk. */
final class EchoCalls {
  private EchoCalls() {}

  /** Makes two calls and prints what they are answered. */
  static void make(Channel channel) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
    byte[] request = "hello".getBytes(UTF_8);
    byte[] answer = ClientCalls.blockingUnaryCall(channel, Echo.UNARY, options, request);
    System.out.println("unary: " + new String(answer, UTF_8));
    Iterator<byte[]> answers =
        ClientCalls.blockingServerStreamingCall(channel, Echo.MANY, options, request);
    int count = 0;
    while (answers.hasNext()) {
      answers.next();
      count++;
    }
    System.out.println("streamed: " + count);
  }
}
