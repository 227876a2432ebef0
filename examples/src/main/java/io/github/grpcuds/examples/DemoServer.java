package io.github.grpcuds.examples;

import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** The server of ./demo: the greeter, and two names that it does not greet as asked. */
public final class DemoServer {
  private static final String USAGE = "DemoServer --socket PATH";

  /** The call for this name fails twice before it is answered. */
  static final String FLAKY = "Flaky";

  static final int FLAKY_FAILURES = 2;

  /** The call for this name is never answered. */
  static final String SLOW = "Slow";

  private DemoServer() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Options options = Options.parse(USAGE, args);
    Server server =
        UdsServerBuilder.forPath(options.socket()).addService(new DemoService()).build();
    GreeterServer.stopOnExit(server);
    server.start();
    stopWithParent();
    say("listening, " + DemoClient.runtime());
    server.awaitTermination();
  }

  /** ./demo holds the other end of our standard input: its end means that ./demo was killed. */
  private static void stopWithParent() {
    Thread watch =
        new Thread(
            () -> {
              try {
                int end = System.in.read(); // nobody writes
                say("./demo is gone: " + end);
              } catch (IOException e) {
                say("standard input: " + e);
              }
              System.exit(1);
            },
            "watch-parent");
    watch.setDaemon(true);
    watch.start();
  }

  private static void say(String line) {
    System.out.println("  [server " + GreeterService.pid() + "] " + line);
  }

  private static final class DemoService extends GreeterService {
    private final AtomicInteger flakyAttempts = new AtomicInteger();

    @Override
    public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      if (request.getName().equals(SLOW)) {
        say("no answer for " + SLOW);
      } else if (request.getName().equals(FLAKY)) {
        greetAtLast(request, replies);
      } else {
        super.sayHello(request, replies);
      }
    }

    private void greetAtLast(HelloRequest request, StreamObserver<HelloReply> replies) {
      int attempt = flakyAttempts.incrementAndGet();
      boolean fails = attempt <= FLAKY_FAILURES;
      say("attempt " + attempt + ": " + (fails ? "UNAVAILABLE" : "OK"));
      if (fails) {
        replies.onError(Status.UNAVAILABLE.withDescription("on purpose").asRuntimeException());
      } else {
        super.sayHello(request, replies);
      }
    }
  }
}
