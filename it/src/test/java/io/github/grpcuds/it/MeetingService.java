package io.github.grpcuds.it;

import io.github.grpcuds.testkit.Deadline;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * {@link ByteEcho}'s unary call and chat, but one message is answered in the one only after it has
 * arrived in the other.
 */
final class MeetingService implements BindableService {
  static final byte[] ARRIVAL = {1, 2, 3};

  private final CountDownLatch arrived = new CountDownLatch(1);

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder("grpcuds.test.ByteEcho")
        .addMethod(ByteEcho.ECHO, ServerCalls.asyncUnaryCall(this::echo))
        .addMethod(ByteEcho.CHAT, ServerCalls.asyncBidiStreamingCall(Chat::new))
        .build();
  }

  private void echo(byte[] request, StreamObserver<byte[]> answers) {
    try {
      if (Arrays.equals(request, ARRIVAL) && !arrived.await(Deadline.SECONDS, TimeUnit.SECONDS)) {
        throw Status.DEADLINE_EXCEEDED.withDescription("no arrival").asRuntimeException();
      }
    } catch (InterruptedException e) {
      throw Status.CANCELLED.withCause(e).asRuntimeException();
    }
    answers.onNext(request);
    answers.onCompleted();
  }

  private final class Chat implements StreamObserver<byte[]> {
    private final StreamObserver<byte[]> answers;

    Chat(StreamObserver<byte[]> answers) {
      this.answers = answers;
    }

    @Override
    public void onNext(byte[] request) {
      if (Arrays.equals(request, ARRIVAL)) {
        arrived.countDown();
      }
      answers.onNext(request);
    }

    @Override
    public void onError(Throwable t) {}

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }
}
