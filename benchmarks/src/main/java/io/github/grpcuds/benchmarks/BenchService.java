package io.github.grpcuds.benchmarks;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The service of the comparison: an echo, and streams either way. */
final class BenchService {
  private static final String NAME = "grpcuds.Bench";

  /** Of a loop that multiplies and adds, on a processor of some 3 GHz. */
  private static final long STEPS_PER_1000_NANOS = 800;

  /** Returns its request. */
  static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodType.UNARY);

  /** Sends the messages that its request, two ints, asks for: how many and how long. */
  static final MethodDescriptor<byte[], byte[]> DOWNLOAD =
      method("Download", MethodType.SERVER_STREAMING);

  /** Replies with the number of messages, an int. */
  static final MethodDescriptor<byte[], byte[]> UPLOAD =
      method("Upload", MethodType.CLIENT_STREAMING);

  /** Returns each message. */
  static final MethodDescriptor<byte[], byte[]> PING_PONG =
      method("PingPong", MethodType.BIDI_STREAMING);

  /** Keeps its thread for a while, as its request, two ints, says: asleep, then busy, in us. */
  static final MethodDescriptor<byte[], byte[]> WORK = method("Work", MethodType.UNARY);

  private BenchService() {}

  /** The request of {@link #WORK}. */
  static byte[] work(int sleepMicros, int busyMicros) {
    return ByteBuffer.allocate(32).putInt(sleepMicros).putInt(busyMicros).array();
  }

  private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(NAME, name))
        .setRequestMarshaller(new BytesMarshaller())
        .setResponseMarshaller(new BytesMarshaller())
        .build();
  }

  static ServerServiceDefinition definition() {
    return ServerServiceDefinition.builder(NAME)
        .addMethod(ECHO, ServerCalls.asyncUnaryCall(BenchService::echo))
        .addMethod(WORK, ServerCalls.asyncUnaryCall(BenchService::work))
        .addMethod(DOWNLOAD, ServerCalls.asyncServerStreamingCall(BenchService::download))
        .addMethod(UPLOAD, ServerCalls.asyncClientStreamingCall(CountingObserver::new))
        .addMethod(PING_PONG, ServerCalls.asyncBidiStreamingCall(EchoingObserver::new))
        .build();
  }

  private static void echo(byte[] request, StreamObserver<byte[]> replies) {
    replies.onNext(request);
    replies.onCompleted();
  }

  private static void work(byte[] request, StreamObserver<byte[]> replies) {
    ByteBuffer wish = ByteBuffer.wrap(request);
    sleep(TimeUnit.MICROSECONDS.toNanos(wish.getInt()));
    compute(TimeUnit.MICROSECONDS.toNanos(wish.getInt()));
    echo(request, replies);
  }

  private static void sleep(long nanos) {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Uses a processor for a time, which being without one in between does not shorten. */
  private static void compute(long nanos) {
    int seed = 1;
    for (long left = nanos * STEPS_PER_1000_NANOS / 1000; left > 0; left--) {
      seed = seed * 1664525 + 1013904223;
    }
    if (seed == 0) {
      throw new AssertionError("not to be left out by the compiler");
    }
  }

  private static void download(byte[] request, StreamObserver<byte[]> replies) {
    ServerCallStreamObserver<byte[]> observer = (ServerCallStreamObserver<byte[]>) replies;
    ByteBuffer wish = ByteBuffer.wrap(request);
    MessageSource source = new MessageSource(observer, wish.getInt(), new byte[wish.getInt()]);
    observer.setOnReadyHandler(source);
  }

  private static final class CountingObserver implements StreamObserver<byte[]> {
    private final StreamObserver<byte[]> reply;
    private int messages;

    CountingObserver(StreamObserver<byte[]> reply) {
      this.reply = reply;
    }

    @Override
    public void onNext(byte[] message) {
      messages++;
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {
      reply.onNext(ByteBuffer.allocate(Integer.BYTES).putInt(messages).array());
      reply.onCompleted();
    }
  }

  private static final class EchoingObserver implements StreamObserver<byte[]> {
    private final StreamObserver<byte[]> replies;

    EchoingObserver(StreamObserver<byte[]> replies) {
      this.replies = replies;
    }

    @Override
    public void onNext(byte[] message) {
      replies.onNext(message);
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {
      replies.onCompleted();
    }
  }
}
