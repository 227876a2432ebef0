package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.fail;

import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One call of {@link StressService}, and what has to come of it. */
@SuppressWarnings("NonAtomicVolatileUpdate") // gRPC calls a listener from one thread at a time
final class StressCall extends ClientCall.Listener<byte[]> {
  private static final long LIMIT_SECONDS = Deadline.SECONDS;

  private final MethodDescriptor<byte[], byte[]> method;
  private final int count;
  private final int size;
  private final int cancelAt; // a message received; -1: never
  private final long deadlineMicros; // 0: none
  private final boolean slow;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger ends = new AtomicInteger();
  private final AtomicInteger readies = new AtomicInteger();

  private ClientCall<byte[], byte[]> call;
  private volatile int sent;
  private volatile int received;
  private volatile Status status;
  private volatile String corrupt;

  StressCall(Random random) {
    this.method = choose(random);
    this.count = method.getType() == MethodType.UNARY ? 1 : 1 + random.nextInt(40);
    this.size = random.nextInt(random.nextInt(10) == 0 ? 200_000 : 3000);
    this.cancelAt = random.nextInt(8) == 0 ? random.nextInt(count) : -1;
    this.deadlineMicros = random.nextInt(10) == 0 ? 1 + random.nextInt(20_000) : 0;
    this.slow = random.nextInt(10) == 0;
  }

  /** A small one. */
  StressCall(MethodDescriptor<byte[], byte[]> method) {
    this.method = method;
    this.count = 1;
    this.size = 1;
    this.cancelAt = -1;
    this.deadlineMicros = 0;
    this.slow = false;
  }

  private static MethodDescriptor<byte[], byte[]> choose(Random random) {
    switch (random.nextInt(8)) {
      case 0:
        return StressService.UPLOAD;
      case 1:
      case 2:
        return StressService.DOWNLOAD;
      case 3:
      case 4:
        return StressService.CHAT;
      case 5:
        return StressService.FAIL;
      default:
        return StressService.UNARY;
    }
  }

  StressCall start(Channel channel) {
    CallOptions options = CallOptions.DEFAULT;
    if (deadlineMicros > 0) {
      options = options.withDeadlineAfter(deadlineMicros, TimeUnit.MICROSECONDS);
    }
    call = channel.newCall(method, options);
    call.start(this, new Metadata());
    call.request(1);
    if (method.getType().clientSendsOneMessage()) {
      sent = 1;
      call.sendMessage(
          method == StressService.DOWNLOAD
              ? StressService.order(count, size)
              : StressService.message(0, size));
      call.halfClose();
    } else if (cancelAt == 0) {
      call.cancel("by the test", null);
    }
    return this;
  }

  /** With a direct executor several threads may call it at once: one of them sends. */
  @Override
  public void onReady() {
    if (readies.getAndIncrement() == 0) {
      do {
        send();
      } while (readies.decrementAndGet() > 0);
    }
  }

  private void send() {
    while (!method.getType().clientSendsOneMessage() && sent < count && call.isReady()) {
      call.sendMessage(StressService.message(sent, size));
      sent = sent + 1;
      if (sent == count) {
        call.halfClose();
      }
    }
  }

  @Override
  public void onMessage(byte[] message) {
    int number = method == StressService.UPLOAD ? count : received;
    if (!StressService.isIntact(message, number)) {
      corrupt = "answer " + number + " of " + message.length + " bytes";
    }
    received = received + 1;
    if (received == cancelAt) {
      call.cancel("by the test", null);
    }
    if (slow) {
      LockSupport.parkNanos(200_000);
    }
    call.request(1);
  }

  @Override
  public void onClose(Status closed, Metadata trailers) {
    status = closed;
    ends.incrementAndGet();
    ended.countDown();
  }

  /**
   * Waits for the end, and fails if it is not the right one.
   *
   * @param disturbed the server or the channel was shut down meanwhile
   */
  void check(BooleanSupplier disturbed) throws InterruptedException {
    if (!ended.await(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      fail("never ended: " + this);
    }
    if (ends.get() != 1 || corrupt != null || !isExpected(disturbed.getAsBoolean())) {
      fail("wrong end: " + this + (disturbed.getAsBoolean() ? " (disturbed)" : ""));
    }
  }

  private boolean isExpected(boolean disturbed) {
    switch (status.getCode()) {
      case OK:
        return method != StressService.FAIL && received == answers();
      case ABORTED:
        return method == StressService.FAIL && received == 1;
      case CANCELLED:
        return cancelAt >= 0 || disturbed;
      case DEADLINE_EXCEEDED:
        return deadlineMicros > 0;
      default:
        return status.getCode() == Status.Code.UNAVAILABLE && (disturbed || isNotServed());
    }
  }

  /**
   * A connection that came of age when the call began: a channel that retries tries again. Some
   * calls are told what the server said, others were not sent yet.
   */
  private boolean isNotServed() {
    String description = status.getDescription();
    return received == 0
        && description != null
        && description.startsWith("HTTP/2 error code: NO_ERROR");
  }

  private int answers() {
    return method.getType().serverSendsOneMessage() ? 1 : count;
  }

  @Override
  public String toString() {
    return method.getBareMethodName()
        + " of "
        + count
        + " x "
        + size
        + " bytes, sent "
        + sent
        + ", received "
        + received
        + ", cancelled at "
        + cancelAt
        + ", deadline "
        + deadlineMicros
        + " us"
        + (slow ? ", slow" : "")
        + ", ended "
        + ends
        + " times: "
        + status
        + (corrupt == null ? "" : ", corrupt: " + corrupt);
  }
}
