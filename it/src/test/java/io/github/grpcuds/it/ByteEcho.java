package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A service without generated code, for peers of any kind: its messages are plain bytes. The peers'
 * side of it in Python is echo.py.
 */
final class ByteEcho implements BindableService {
  private static final String SERVICE = "grpcuds.test.ByteEcho";
  private static final int REPEATS = 3;

  /** Answers with the request. */
  static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodType.UNARY);

  /** Answers with all requests in one. */
  static final MethodDescriptor<byte[], byte[]> JOIN = method("Join", MethodType.CLIENT_STREAMING);

  /** Answers with the request three times. */
  static final MethodDescriptor<byte[], byte[]> REPEAT =
      method("Repeat", MethodType.SERVER_STREAMING);

  /** Answers with each request as it comes. */
  static final MethodDescriptor<byte[], byte[]> CHAT = method("Chat", MethodType.BIDI_STREAMING);

  /** Sends its headers, and then nothing until the call is cancelled. */
  static final MethodDescriptor<byte[], byte[]> WAIT = method("Wait", MethodType.SERVER_STREAMING);

  /** Counted down when a Wait ends. */
  final CountDownLatch waitCancelled = new CountDownLatch(1);

  private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
    return MethodDescriptor.newBuilder(new Bytes(), new Bytes())
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .build();
  }

  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  static CallOptions within(long seconds) {
    return CallOptions.DEFAULT.withDeadlineAfter(seconds, TimeUnit.SECONDS);
  }

  static byte[] echo(Channel channel, byte[] message) {
    return ClientCalls.blockingUnaryCall(channel, ECHO, within(60), message);
  }

  /** Makes a call of each of the four kinds with messages of a size, and checks every byte. */
  static void callInEveryKind(Channel channel, int size) throws Exception {
    byte[] message = random(size);
    assertArrayEquals(message, echo(channel, message), "unary");

    Recorder<byte[]> joined = new Recorder<>();
    send(ClientCalls.asyncClientStreamingCall(channel.newCall(JOIN, within(60)), joined), message);
    assertEquals(Status.OK, joined.status());
    assertArrayEquals(join(message), joined.next(), "client streaming");

    Recorder<byte[]> repeated = new Recorder<>();
    ClientCalls.asyncServerStreamingCall(channel.newCall(REPEAT, within(60)), message, repeated);
    assertRepeats(message, repeated, "server streaming");

    Recorder<byte[]> answers = new Recorder<>();
    send(ClientCalls.asyncBidiStreamingCall(channel.newCall(CHAT, within(60)), answers), message);
    assertRepeats(message, answers, "bidi streaming");
  }

  private static void send(StreamObserver<byte[]> requests, byte[] message) {
    for (int i = 0; i < REPEATS; i++) {
      requests.onNext(message);
    }
    requests.onCompleted();
  }

  private static void assertRepeats(byte[] message, Recorder<byte[]> answers, String kind)
      throws InterruptedException {
    assertEquals(Status.OK, answers.status(), kind);
    assertEquals(REPEATS, answers.values().size(), kind);
    for (byte[] answer : answers.values()) {
      assertArrayEquals(message, answer, kind);
    }
  }

  private static byte[] join(byte[] message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < REPEATS; i++) {
      out.write(message, 0, message.length);
    }
    return out.toByteArray();
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(ECHO, ServerCalls.asyncUnaryCall(ByteEcho::echo))
        .addMethod(JOIN, ServerCalls.asyncClientStreamingCall(Joiner::new))
        .addMethod(REPEAT, ServerCalls.asyncServerStreamingCall(ByteEcho::repeat))
        .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(Echoer::new))
        .addMethod(WAIT, (call, headers) -> new Waiting(call))
        .build();
  }

  private static void echo(byte[] request, StreamObserver<byte[]> answers) {
    answers.onNext(request);
    answers.onCompleted();
  }

  private static void repeat(byte[] request, StreamObserver<byte[]> answers) {
    for (int i = 0; i < REPEATS; i++) {
      answers.onNext(request);
    }
    answers.onCompleted();
  }

  /** Answers with each request as it comes. */
  static class Echoer implements StreamObserver<byte[]> {
    final StreamObserver<byte[]> answers;

    Echoer(StreamObserver<byte[]> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(byte[] request) {
      answers.onNext(request);
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }

  private static final class Joiner extends Echoer {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();

    Joiner(StreamObserver<byte[]> answers) {
      super(answers);
    }

    @Override
    public void onNext(byte[] request) {
      all.write(request, 0, request.length);
    }

    @Override
    public void onCompleted() {
      answers.onNext(all.toByteArray());
      super.onCompleted();
    }
  }

  private final class Waiting extends ServerCall.Listener<byte[]> {
    Waiting(ServerCall<byte[], byte[]> call) {
      call.sendHeaders(new Metadata());
      call.request(1);
    }

    @Override
    public void onCancel() {
      waitCancelled.countDown();
    }
  }

  static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      try {
        for (int n; (n = stream.read(buffer)) >= 0; ) {
          out.write(buffer, 0, n);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return out.toByteArray();
    }
  }
}
