package io.github.grpcuds.examples;

import io.github.grpcuds.proto.HelloReply;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Collects the replies of a streaming call. */
final class Replies implements StreamObserver<HelloReply> {
  private final List<HelloReply> received = new ArrayList<>();
  private final CompletableFuture<List<HelloReply>> all = new CompletableFuture<>();

  @Override
  public void onNext(HelloReply reply) {
    received.add(reply);
  }

  @Override
  public void onError(Throwable t) {
    all.completeExceptionally(t);
  }

  @Override
  public void onCompleted() {
    all.complete(received);
  }

  /**
   * Waits for the end of the call; its deadline is the limit.
   *
   * @throws ExecutionException with the call's StatusRuntimeException
   */
  List<HelloReply> await() throws ExecutionException, InterruptedException {
    return all.get();
  }
}
