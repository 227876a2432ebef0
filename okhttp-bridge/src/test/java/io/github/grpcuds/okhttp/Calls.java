package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Makes calls whose messages are empty; all that counts here is how they end. */
final class Calls {
  static final long LIMIT_SECONDS = Deadline.SECONDS;

  private static final MethodDescriptor.Marshaller<String> NOTHING =
      new MethodDescriptor.Marshaller<String>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(new byte[0]);
        }

        @Override
        public String parse(InputStream stream) {
          return "";
        }
      };

  static final MethodDescriptor<String, String> METHOD =
      MethodDescriptor.newBuilder(NOTHING, NOTHING)
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("test.Service/Call")
          .build();

  private Calls() {}

  /** The status of one call; DEADLINE_EXCEEDED if it hangs. */
  static Status status(ManagedChannel channel) throws Exception {
    CompletableFuture<Status> status = new CompletableFuture<>();
    ClientCall<String, String> call =
        channel.newCall(
            METHOD, CallOptions.DEFAULT.withDeadlineAfter(LIMIT_SECONDS, TimeUnit.SECONDS));
    call.start(
        new ClientCall.Listener<String>() {
          @Override
          public void onClose(Status closed, Metadata trailers) {
            status.complete(closed);
          }
        },
        new Metadata());
    call.sendMessage("");
    call.halfClose();
    call.request(1);
    return status.get(2 * LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  static void shutdown(ManagedChannel channel) throws InterruptedException {
    channel.shutdownNow();
    assertTrue(channel.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS), "still open: " + channel);
  }
}
