package io.github.grpcuds.it;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Methods of every kind that an attacker may want; their messages are plain bytes. */
final class AttackService implements BindableService {
  private static final String SERVICE = "a.A";

  /** Answers with the request. */
  static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodType.UNARY);

  /** Answers with as many bytes as the request says, an int. */
  static final MethodDescriptor<byte[], byte[]> REPLY = method("Reply", MethodType.UNARY);

  /** Sends a number of messages of a size (two ints) as fast as the client takes them. */
  static final MethodDescriptor<byte[], byte[]> POLITE =
      method("Polite", MethodType.SERVER_STREAMING);

  /** The same, but never asks whether the client is ready. */
  static final MethodDescriptor<byte[], byte[]> RUDE = method("Rude", MethodType.SERVER_STREAMING);

  /** Answers with the number of messages, an int. */
  static final MethodDescriptor<byte[], byte[]> COUNT =
      method("Count", MethodType.CLIENT_STREAMING);

  /** Answers with each request as it comes. */
  static final MethodDescriptor<byte[], byte[]> CHAT = method("Chat", MethodType.BIDI_STREAMING);

  /** Sends its headers, and then nothing until the call is cancelled. */
  static final MethodDescriptor<byte[], byte[]> WAIT = method("Wait", MethodType.SERVER_STREAMING);

  /** Throws what the request names. */
  static final MethodDescriptor<byte[], byte[]> THROW = method("Throw", MethodType.UNARY);

  /** What {@link #THROW} may throw. */
  enum Thrown {
    RUNTIME_EXCEPTION,
    ERROR,
    STACK_OVERFLOW,
    OUT_OF_MEMORY,
    ALL_MEMORY
  }

  private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
    return MethodDescriptor.newBuilder(new ByteEcho.Bytes(), new ByteEcho.Bytes())
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .build();
  }

  static String path(MethodDescriptor<?, ?> method) {
    return "/" + method.getFullMethodName();
  }

  static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(ECHO, ServerCalls.asyncUnaryCall(AttackService::echo))
        .addMethod(REPLY, ServerCalls.asyncUnaryCall(AttackService::reply))
        .addMethod(POLITE, ServerCalls.asyncServerStreamingCall(AttackService::polite))
        .addMethod(RUDE, ServerCalls.asyncServerStreamingCall(AttackService::rude))
        .addMethod(COUNT, ServerCalls.asyncClientStreamingCall(Counter::new))
        .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(ByteEcho.Echoer::new))
        .addMethod(WAIT, (call, headers) -> waiting(call))
        .addMethod(THROW, ServerCalls.asyncUnaryCall(AttackService::fail))
        .build();
  }

  private static void echo(byte[] request, StreamObserver<byte[]> answers) {
    answers.onNext(request);
    answers.onCompleted();
  }

  private static void reply(byte[] request, StreamObserver<byte[]> answers) {
    echo(new byte[ByteBuffer.wrap(request).getInt()], answers);
  }

  private static void polite(byte[] request, StreamObserver<byte[]> answers) {
    ServerCallStreamObserver<byte[]> call = (ServerCallStreamObserver<byte[]>) answers;
    byte[] message = new byte[ByteBuffer.wrap(request).getInt(4)];
    call.setOnReadyHandler(
        new Runnable() {
          private int left = ByteBuffer.wrap(request).getInt();

          @Override
          public void run() {
            for (; left > 0 && call.isReady(); left--) {
              call.onNext(message);
              if (left == 1) {
                call.onCompleted();
              }
            }
          }
        });
  }

  private static void rude(byte[] request, StreamObserver<byte[]> answers) {
    byte[] message = new byte[ByteBuffer.wrap(request).getInt(4)];
    for (int left = ByteBuffer.wrap(request).getInt(); left > 0; left--) {
      if (Context.current().isCancelled()) { // no callback says so while this one goes on
        return;
      }
      answers.onNext(message);
    }
    answers.onCompleted();
  }

  private static ServerCall.Listener<byte[]> waiting(ServerCall<byte[], byte[]> call) {
    call.sendHeaders(new Metadata());
    call.request(1);
    return new ServerCall.Listener<byte[]>() {};
  }

  private static void fail(byte[] request, StreamObserver<byte[]> answers) {
    switch (Thrown.valueOf(new String(request, StandardCharsets.US_ASCII))) {
      case RUNTIME_EXCEPTION:
        throw new IllegalStateException("thrown on purpose");
      case ERROR:
        throw new AssertionError("thrown on purpose");
      case STACK_OVERFLOW:
        fail(request, answers); // without end
        break;
      case OUT_OF_MEMORY:
        throw new OutOfMemoryError("thrown on purpose");
      case ALL_MEMORY:
        takeAllMemory();
        break;
    }
    throw new IllegalStateException("nothing was thrown");
  }

  private static void takeAllMemory() {
    List<byte[]> hoard = new ArrayList<>();
    while (hoard.size() < Integer.MAX_VALUE) {
      hoard.add(new byte[1 << 20]);
    }
  }

  private static final class Counter extends ByteEcho.Echoer {
    private int count;

    Counter(StreamObserver<byte[]> answers) {
      super(answers);
    }

    @Override
    public void onNext(byte[] request) {
      count++;
    }

    @Override
    public void onCompleted() {
      answers.onNext(ints(count));
      super.onCompleted();
    }
  }
}
