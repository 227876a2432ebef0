package io.github.grpcuds.examples;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** The client of ./demo: each step makes its calls, shows the replies and checks them. */
public final class DemoClient {
  private static final String USAGE = "DemoClient --socket PATH --server-pid PID --events FIFO";
  private static final int WARM_UP_CALLS = 2000;
  private static final int MEASURED_CALLS = 5000;

  private final String path;
  private final DemoScript script;
  private final ManagedChannel channel;
  private final GreeterGrpc.GreeterBlockingStub blocking;
  private final GreeterGrpc.GreeterStub async;
  private long serverPid;

  private DemoClient(String path, DemoScript script, long serverPid) {
    this.path = path;
    this.script = script;
    this.serverPid = serverPid;
    channel = UdsChannelBuilder.forPath(path).build();
    blocking = GreeterGrpc.newBlockingStub(channel);
    async = GreeterGrpc.newStub(channel);
  }

  public static void main(String[] args) throws Exception {
    Options options = Options.parse(USAGE, args);
    try (DemoScript script = new DemoScript(options.get("events"))) {
      new DemoClient(options.socket(), script, options.getInt("server-pid", 0)).run();
    } catch (Exception e) {
      System.err.println("  [client " + GreeterService.pid() + "] " + e);
      System.exit(1);
    }
    System.exit(0);
  }

  private void run() throws IOException, ExecutionException, InterruptedException {
    try {
      step("who talks to whom");
      introduce();
      step("unary call");
      unary();
      step("client streaming call");
      clientStreaming();
      step("server streaming call");
      serverStreaming();
      step("bidirectional streaming call");
      chat();
      step("retried call");
      retry();
      step("deadline");
      deadline();
      step("server killed and started again");
      restart();
      step("latency, a rough figure of this machine");
      latency();
      script.tell("done");
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private void step(String name) throws IOException {
    System.out.println();
    System.out.println(name);
    script.tell("step " + name);
  }

  static String runtime() {
    return "Java "
        + System.getProperty("java.runtime.version")
        + " of "
        + System.getProperty("java.vendor");
  }

  private void introduce() throws IOException {
    say(runtime());
    // Left open: grpc-okhttp's server logs a warning if a connection ends before its HTTP/2 began.
    Socket socket = new UdsSocketFactory(UdsAddress.ofPath(path)).createSocket("localhost", 0);
    say("connects with " + socket);
    say("the kernel says of the server: " + PeerCredentials.of(socket));
    long pid = within(5).sayHello(named("who is there")).getPid();
    say("process " + pid + " answers");
    expect("pid of the server", serverPid, pid);
  }

  private void unary() {
    expectMessages(Collections.singletonList(within(5).sayHello(named("world"))), "Hello world");
  }

  private void clientStreaming() throws ExecutionException, InterruptedException {
    Replies replies = new Replies();
    send(async.withDeadlineAfter(5, TimeUnit.SECONDS).sayHelloToAll(replies));
    expectMessages(replies.await(), "Hello Ada, Grace, Barbara");
  }

  private void serverStreaming() {
    List<HelloReply> replies = new ArrayList<>();
    HelloRequest request = named("world").toBuilder().setTimes(3).build();
    within(5).sayHelloTimes(request).forEachRemaining(replies::add);
    expectMessages(replies, "Hello world #1", "Hello world #2", "Hello world #3");
  }

  private void chat() throws ExecutionException, InterruptedException {
    Replies replies = new Replies();
    send(async.withDeadlineAfter(5, TimeUnit.SECONDS).chat(replies));
    expectMessages(replies.await(), "Hello Ada", "Hello Grace", "Hello Barbara");
  }

  private static void send(StreamObserver<HelloRequest> requests) {
    for (String name : Arrays.asList("Ada", "Grace", "Barbara")) {
      requests.onNext(named(name));
    }
    requests.onCompleted();
  }

  /** On a channel of its own, whose service config asks for it. */
  private void retry() throws InterruptedException {
    AttemptCounter counter = new AttemptCounter();
    ManagedChannel retrying =
        UdsChannelBuilder.forPath(path)
            .defaultServiceConfig(RetryClient.retryAllMethods())
            .enableRetry()
            .intercept(counter)
            .build();
    try {
      HelloReply reply =
          GreeterGrpc.newBlockingStub(retrying)
              .withDeadlineAfter(10, TimeUnit.SECONDS)
              .sayHello(named(DemoServer.FLAKY));
      expectMessages(Collections.singletonList(reply), "Hello " + DemoServer.FLAKY);
    } finally {
      retrying.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
    say("one call, " + counter.attempts() + " attempts");
    expect("attempts", DemoServer.FLAKY_FAILURES + 1, counter.attempts());
  }

  private void deadline() {
    long start = System.nanoTime();
    StatusRuntimeException failure =
        expectFailure(
            Status.Code.DEADLINE_EXCEEDED,
            blocking.withDeadlineAfter(300, TimeUnit.MILLISECONDS),
            DemoServer.SLOW);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    say("300 ms allowed, after " + millis + " ms: " + failure.getStatus().getCode());
    if (millis < 250 || millis > 3000) {
      throw new IllegalStateException("a deadline of 300 ms passed after " + millis + " ms");
    }
  }

  private void restart() throws IOException, InterruptedException {
    script.ask("kill");
    awaitDisconnect();
    say("channel is " + channel.getState(false));
    StatusRuntimeException failure = expectFailure(Status.Code.UNAVAILABLE, within(5), "nobody");
    say("call fails: " + failure.getStatus().getDescription());
    long killed = serverPid;
    serverPid = Long.parseLong(script.ask("start"));
    HelloReply reply = within(20).withWaitForReady().sayHello(named("again"));
    say("the same channel: " + reply.getMessage() + ", from process " + reply.getPid());
    expect("pid of the new server", serverPid, reply.getPid());
    if (serverPid == killed) {
      throw new IllegalStateException("process " + killed + " was not replaced");
    }
  }

  private void awaitDisconnect() throws InterruptedException {
    CountDownLatch changed = new CountDownLatch(1);
    channel.notifyWhenStateChanged(ConnectivityState.READY, changed::countDown);
    if (!changed.await(5, TimeUnit.SECONDS)) {
      throw new IllegalStateException("channel did not notice within 5 s that its server is gone");
    }
  }

  private void latency() {
    HelloRequest request = named("world");
    for (int i = 0; i < WARM_UP_CALLS; i++) {
      within(5).sayHello(request);
    }
    long[] nanos = new long[MEASURED_CALLS];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      within(5).sayHello(request);
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    say(
        String.format(
            "%d unary calls one after another, after %d to warm up: p50 %d us, p99 %d us",
            nanos.length,
            WARM_UP_CALLS,
            nanos[nanos.length / 2] / 1000,
            nanos[nanos.length * 99 / 100] / 1000));
  }

  private GreeterGrpc.GreeterBlockingStub within(long seconds) {
    return blocking.withDeadlineAfter(seconds, TimeUnit.SECONDS);
  }

  private static HelloRequest named(String name) {
    return HelloRequest.newBuilder().setName(name).build();
  }

  private static void say(String line) {
    System.out.println("  [client " + GreeterService.pid() + "] " + line);
  }

  private static void expectMessages(List<HelloReply> replies, String... expected) {
    List<String> messages = new ArrayList<>();
    for (HelloReply reply : replies) {
      say(reply.getMessage());
      messages.add(reply.getMessage());
    }
    if (!messages.equals(Arrays.asList(expected))) {
      throw new IllegalStateException(
          "expected " + Arrays.toString(expected) + ", got " + messages);
    }
  }

  private static StatusRuntimeException expectFailure(
      Status.Code expected, GreeterGrpc.GreeterBlockingStub greeter, String name) {
    try {
      HelloReply reply = greeter.sayHello(named(name));
      throw new IllegalStateException("expected " + expected + ", got " + reply.getMessage());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != expected) {
        throw e;
      }
      return e;
    }
  }

  private static void expect(String what, long expected, long actual) {
    if (actual != expected) {
      throw new IllegalStateException(what + ": expected " + expected + ", got " + actual);
    }
  }
}
