package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.fail;

import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The two ends of a bridged call, in gRPC's own terms: nothing is hidden by stubs. */
final class BridgeSide {
  static final Metadata.Key<String> TAG = Metadata.Key.of("tag", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<byte[]> TAG_BIN =
      Metadata.Key.of("tag-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private BridgeSide() {}

  static <T> T take(BlockingQueue<T> queue, String what) throws InterruptedException {
    T value = queue.poll(Deadline.SECONDS, TimeUnit.SECONDS);
    return value == null ? fail("no " + what + " came") : value;
  }

  /** A server's registry that has every method, and keeps each of its calls for the test. */
  static final class Backend extends HandlerRegistry {
    final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
      MethodDescriptor<byte[], byte[]> method =
          ByteEcho.CHAT.toBuilder().setFullMethodName(name).build();
      return ServerMethodDefinition.create(
          method,
          (call, headers) -> {
            Arrival arrival = new Arrival(call, headers);
            arrivals.add(arrival);
            return arrival;
          });
    }

    Arrival next() throws InterruptedException {
      return take(arrivals, "call");
    }
  }

  /** A call at the backend. */
  static final class Arrival extends ServerCall.Listener<byte[]> {
    final ServerCall<byte[], byte[]> call;
    final Metadata headers;
    final Context context = Context.current();
    final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    Arrival(ServerCall<byte[], byte[]> call, Metadata headers) {
      this.call = call;
      this.headers = headers;
    }

    @Override
    public void onMessage(byte[] message) {
      messages.add(message);
    }

    @Override
    public void onHalfClose() {
      events.add("half-close");
    }

    @Override
    public void onCancel() {
      events.add("cancel");
    }

    @Override
    public void onComplete() {
      events.add("complete");
    }

    String event() throws InterruptedException {
      return take(events, "event of the call");
    }

    byte[] message() throws InterruptedException {
      return take(messages, "message");
    }
  }

  /** A call at the caller. */
  static final class Caller extends ClientCall.Listener<byte[]> {
    final ClientCall<byte[], byte[]> call;
    final BlockingQueue<Metadata> headers = new LinkedBlockingQueue<>();
    final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<Status> statuses = new LinkedBlockingQueue<>();
    volatile Metadata trailers;

    private Caller(ClientCall<byte[], byte[]> call) {
      this.call = call;
    }

    static Caller start(Channel channel, String method, CallOptions options, Metadata headers) {
      ClientCall<byte[], byte[]> call =
          channel.newCall(ByteEcho.CHAT.toBuilder().setFullMethodName(method).build(), options);
      Caller caller = new Caller(call);
      call.start(caller, headers);
      return caller;
    }

    static Caller start(Channel channel, String method) {
      return start(channel, method, CallOptions.DEFAULT, new Metadata());
    }

    @Override
    public void onHeaders(Metadata received) {
      headers.add(received);
    }

    @Override
    public void onMessage(byte[] message) {
      messages.add(message);
    }

    @Override
    public void onClose(Status status, Metadata received) {
      trailers = received;
      statuses.add(status);
    }

    Status status() throws InterruptedException {
      return take(statuses, "status");
    }

    byte[] message() throws InterruptedException {
      return take(messages, "message");
    }

    Metadata headers() throws InterruptedException {
      return take(headers, "headers");
    }
  }
}
