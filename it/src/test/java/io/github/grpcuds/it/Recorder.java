package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.fail;

import io.github.grpcuds.testkit.Deadline;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a call delivers. */
final class Recorder<T> implements StreamObserver<T> {
  private final List<T> values = Collections.synchronizedList(new ArrayList<>());
  private final LinkedBlockingQueue<T> unread = new LinkedBlockingQueue<>();
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile Status status;

  @Override
  public void onNext(T value) {
    values.add(value);
    unread.add(value);
  }

  @Override
  public void onError(Throwable t) {
    status = Status.fromThrowable(t);
    done.countDown();
  }

  @Override
  public void onCompleted() {
    status = Status.OK;
    done.countDown();
  }

  /** The next value that was not taken yet. */
  T next() throws InterruptedException {
    T value = unread.poll(Deadline.SECONDS, TimeUnit.SECONDS);
    return value != null ? value : fail("no value within 10 s; status " + status);
  }

  /** The status, once the call has ended. */
  Status status() throws InterruptedException {
    if (!done.await(Deadline.SECONDS, TimeUnit.SECONDS)) {
      fail("the call goes on after 10 s; values so far: " + values.size());
    }
    return status;
  }

  List<T> values() {
    return values;
  }
}
