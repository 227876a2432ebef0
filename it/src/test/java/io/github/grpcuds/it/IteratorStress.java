package io.github.grpcuds.it;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Blocking iterators over streams of small messages, for as long as the argument says, in seconds:
 * fails, with all threads, if one stands still.
 */
final class IteratorStress {
  private static final int[] WINDOWS = {1000, 65_535, 1 << 20, 8 << 20};
  private static final int READERS = 3;
  private static final long STALL_SECONDS = 40;

  private IteratorStress() {}

  public static void main(String[] args) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[0]));
    Path folder = Files.createTempDirectory("uds");
    Path socket = folder.resolve("s");
    Server server =
        UdsServerBuilder.forPath(socket.toString()).addService(new Counter()).build().start();
    AtomicLong[] progress = new AtomicLong[READERS];
    for (int i = 0; i < READERS; i++) {
      AtomicLong own = new AtomicLong();
      progress[i] = own;
      int seed = i;
      Thread reader =
          new Thread(() -> readUntil(end, socket.toString(), new Random(seed), own), "reader " + i);
      reader.setDaemon(true);
      reader.start();
    }
    watch(end, progress);
    server.shutdownNow().awaitTermination();
    Files.delete(folder);
  }

  /** Sends numbers, one a message, as fast as the client takes them. */
  private static final class Counter extends GreeterGrpc.GreeterImplBase {
    @Override
    public void sayHelloTimes(HelloRequest request, StreamObserver<HelloReply> replies) {
      ServerCallStreamObserver<HelloReply> call = (ServerCallStreamObserver<HelloReply>) replies;
      int[] sent = {0};
      call.setOnReadyHandler(
          () -> {
            while (call.isReady() && sent[0] < request.getTimes()) {
              String text = String.format("%025d", sent[0]++);
              call.onNext(HelloReply.newBuilder().setMessage(text).build());
              if (sent[0] == request.getTimes()) {
                call.onCompleted();
              }
            }
          });
    }
  }

  private static void readUntil(long end, String path, Random random, AtomicLong progress) {
    while (System.nanoTime() < end) {
      ManagedChannel channel =
          UdsChannelBuilder.forPath(path)
              .flowControlWindow(WINDOWS[random.nextInt(WINDOWS.length)])
              .build();
      for (int i = 0; i < 5 && System.nanoTime() < end; i++) {
        read(channel, random, progress);
      }
      channel.shutdownNow();
    }
  }

  private static void read(ManagedChannel channel, Random random, AtomicLong progress) {
    HelloRequest request = HelloRequest.newBuilder().setTimes(1 + random.nextInt(60_000)).build();
    Iterator<HelloReply> replies = GreeterGrpc.newBlockingStub(channel).sayHelloTimes(request);
    int pauseEvery = 1 + random.nextInt(5000);
    int received = 0;
    while (replies.hasNext()) {
      int number = Integer.parseInt(replies.next().getMessage());
      if (number != received++) {
        throw new IllegalStateException(number + " instead of " + (received - 1));
      }
      progress.incrementAndGet();
      if (received % pauseEvery == 0) {
        LockSupport.parkNanos(random.nextInt(3_000_000));
      }
    }
    if (received != request.getTimes()) {
      throw new IllegalStateException(received + " of " + request.getTimes());
    }
  }

  private static void watch(long end, AtomicLong[] progress) throws InterruptedException {
    long[] last = new long[progress.length];
    while (System.nanoTime() < end) {
      TimeUnit.SECONDS.sleep(STALL_SECONDS);
      for (int i = 0; i < progress.length; i++) {
        long now = progress[i].get();
        if (now == last[i] && System.nanoTime() < end) {
          Thread.getAllStackTraces().forEach((thread, stack) -> print(thread, stack));
          System.out.println("reader " + i + " stands still after " + now + " messages");
          System.exit(1);
        }
        last[i] = now;
      }
    }
    long all = 0;
    for (AtomicLong each : progress) {
      all += each.get();
    }
    System.out.println("no reader stood still; messages: " + all);
  }

  private static void print(Thread thread, StackTraceElement[] stack) {
    System.out.println(thread);
    for (StackTraceElement element : stack) {
      System.out.println("    " + element);
    }
  }
}
