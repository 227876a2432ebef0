package io.github.grpcuds.it;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.zip.CRC32;

/** Calls of every kind whose messages are numbered and bear a checksum. */
final class StressService implements BindableService {
  private static final int HEAD = 8;

  /** Answers with the request. */
  static final MethodDescriptor<byte[], byte[]> UNARY = method("Unary", MethodType.UNARY);

  /** Answers with a message of the number of requests. */
  static final MethodDescriptor<byte[], byte[]> UPLOAD =
      method("Upload", MethodType.CLIENT_STREAMING);

  /** Answers with the messages asked for, see {@link #order}. */
  static final MethodDescriptor<byte[], byte[]> DOWNLOAD =
      method("Download", MethodType.SERVER_STREAMING);

  /** Answers with each request as it comes. */
  static final MethodDescriptor<byte[], byte[]> CHAT = method("Chat", MethodType.BIDI_STREAMING);

  /** Answers with the first request, and ABORTED. */
  static final MethodDescriptor<byte[], byte[]> FAIL = method("Fail", MethodType.BIDI_STREAMING);

  private final Executor others;

  /** The executor takes some of the work off the threads that call handlers. */
  StressService(Executor others) {
    this.others = others;
  }

  private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
    return MethodDescriptor.newBuilder(new ByteEcho.Bytes(), new ByteEcho.Bytes())
        .setType(type)
        .setFullMethodName(
            MethodDescriptor.generateFullMethodName("grpcuds.test.StressService", name))
        .build();
  }

  static byte[] message(int number, int size) {
    byte[] body = new byte[size];
    new Random(number * 31L + size).nextBytes(body);
    ByteBuffer message = ByteBuffer.allocate(HEAD + size);
    message.putInt(number).putInt(checksum(number, body, 0)).put(body);
    return message.array();
  }

  /** Asks for a number of messages of a size. */
  static byte[] order(int count, int size) {
    return ByteBuffer.allocate(HEAD).putInt(count).putInt(size).array();
  }

  static boolean isIntact(byte[] message, int number) {
    ByteBuffer head = ByteBuffer.wrap(message);
    return head.remaining() >= HEAD
        && head.getInt() == number
        && head.getInt() == checksum(number, message, HEAD);
  }

  private static int checksum(int number, byte[] bytes, int offset) {
    CRC32 crc = new CRC32();
    crc.update(number);
    crc.update(bytes, offset, bytes.length - offset);
    return (int) crc.getValue();
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder("grpcuds.test.StressService")
        .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
        .addMethod(UPLOAD, ServerCalls.asyncClientStreamingCall(Upload::new))
        .addMethod(DOWNLOAD, ServerCalls.asyncServerStreamingCall(this::download))
        .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(Chat::new))
        .addMethod(FAIL, ServerCalls.asyncBidiStreamingCall(Fail::new))
        .build();
  }

  private void unary(byte[] request, StreamObserver<byte[]> answers) {
    if (request.length % 2 == 0) {
      others.execute(() -> answer(request, answers));
    } else {
      answer(request, answers);
    }
  }

  private static void answer(byte[] request, StreamObserver<byte[]> answers) {
    answers.onNext(request);
    answers.onCompleted();
  }

  private void download(byte[] order, StreamObserver<byte[]> answers) {
    ByteBuffer numbers = ByteBuffer.wrap(order);
    Download download =
        new Download(
            numbers.getInt(), numbers.getInt(), (ServerCallStreamObserver<byte[]>) answers);
    download.answers.setOnReadyHandler(download::go);
    download.answers.setOnCancelHandler(download::cancel);
    others.execute(download::go);
  }

  /** Sends from two threads in turn, with a lock held. */
  private static final class Download {
    final ServerCallStreamObserver<byte[]> answers;
    private final int count;
    private final int size;
    private int sent;
    private boolean done;

    Download(int count, int size, ServerCallStreamObserver<byte[]> answers) {
      this.count = count;
      this.size = size;
      this.answers = answers;
    }

    synchronized void go() {
      while (!done && answers.isReady()) {
        if (sent == count) {
          done = true;
          answers.onCompleted();
        } else {
          answers.onNext(message(sent++, size));
        }
      }
    }

    synchronized void cancel() {
      done = true;
    }
  }

  private static class Chat implements StreamObserver<byte[]> {
    final StreamObserver<byte[]> answers;
    int number;

    Chat(StreamObserver<byte[]> answers) {
      this.answers = answers;
      // Answers to a client that is gone are no mistake here.
      ((ServerCallStreamObserver<byte[]>) answers).setOnCancelHandler(() -> {});
    }

    @Override
    public void onNext(byte[] request) {
      if (!isIntact(request, number++)) {
        throw Status.DATA_LOSS.withDescription("message " + (number - 1)).asRuntimeException();
      }
      next(request);
    }

    void next(byte[] request) {
      answers.onNext(request);
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }

  private static final class Upload extends Chat {
    Upload(StreamObserver<byte[]> answers) {
      super(answers);
    }

    @Override
    void next(byte[] request) {}

    @Override
    public void onCompleted() {
      answers.onNext(message(number, 100));
      super.onCompleted();
    }
  }

  private static final class Fail extends Chat {
    Fail(StreamObserver<byte[]> answers) {
      super(answers);
    }

    @Override
    void next(byte[] request) {
      if (number == 1) {
        answers.onNext(request);
        answers.onError(Status.ABORTED.asRuntimeException());
      }
    }

    @Override
    public void onCompleted() {}
  }
}
