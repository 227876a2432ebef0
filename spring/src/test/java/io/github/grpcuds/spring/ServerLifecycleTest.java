package io.github.grpcuds.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.grpcuds.proto.GreeterGrpc.GreeterBlockingStub;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycleEvent;
import org.springframework.grpc.server.lifecycle.GrpcServerShutdownEvent;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;
import org.springframework.grpc.server.lifecycle.GrpcServerTerminatedEvent;

/** Starts, stops and what happens in between. */
final class ServerLifecycleTest {
  @TempDir Path folder;
  private Path socket;
  private ApplicationContextRunner application;

  @BeforeEach
  void setUp() {
    socket = folder.resolve("a.sock");
    application =
        Contexts.withGreeter().withPropertyValues("spring.grpc.server.address=unix:" + socket);
  }

  @Test
  void eventsTellOfStartAndStop() {
    Events events = new Events();
    application
        .withBean(Events.class, () -> events)
        .run(
            context -> {
              assertThat(events.seen).hasSize(1);
              GrpcServerStartedEvent started = (GrpcServerStartedEvent) events.seen.get(0);
              assertThat(started.getAddress()).contains("unix:" + socket);
              assertThat(started.getPort()).isEqualTo(-1);
            });
    assertThat(events.seen)
        .extracting(Object::getClass)
        .containsExactly(
            GrpcServerStartedEvent.class,
            GrpcServerShutdownEvent.class,
            GrpcServerTerminatedEvent.class);
  }

  @Test
  void stoppedContextStartsAgain() {
    application.run(
        context -> {
          ConfigurableApplicationContext running = context.getSourceApplicationContext();
          running.stop();
          assertThat(socket).doesNotExist();
          running.start();
          assertThat(Contexts.hello(context, "unix:" + socket)).isEqualTo(Contexts.helloToMe());
        });
  }

  @Test
  void nextContextTakesThePathAgain() {
    for (int i = 0; i < 3; i++) {
      application.run(
          context ->
              assertThat(Contexts.hello(context, "unix:" + socket))
                  .isEqualTo(Contexts.helloToMe()));
      assertThat(socket).doesNotExist();
    }
  }

  @Test
  void stopWaitsForCalls() {
    application.run(
        context -> {
          Greeter greeter = context.getBean(Greeter.class);
          Background<HelloReply> call = callThatWaits(context, greeter);
          Background<Void> stop =
              Background.start(
                  "stop",
                  () -> {
                    context.getBean(GrpcServerLifecycle.class).stop();
                    return null;
                  });
          stop.awaitInside("awaitTermination");
          assertThat(socket).doesNotExist(); // nobody new comes
          greeter.mayEnd.countDown();
          assertThat(call.result().getMessage()).isEqualTo("Goodbye Ada");
          stop.result();
        });
  }

  @Test
  void stopCancelsCallsAfterTheGracePeriod() {
    application
        .withPropertyValues("spring.grpc.server.shutdown.grace-period=100ms")
        .run(
            context -> {
              Greeter greeter = context.getBean(Greeter.class);
              Background<HelloReply> call = callThatWaits(context, greeter);
              context.getBean(GrpcServerLifecycle.class).stop();
              assertThat(call.failure()).isInstanceOf(StatusRuntimeException.class);
              greeter.mayEnd.countDown();
            });
  }

  private Background<HelloReply> callThatWaits(ApplicationContext context, Greeter greeter)
      throws Exception {
    GreeterBlockingStub stub = Contexts.greeter(Contexts.channel(context, "unix:" + socket));
    HelloRequest request = HelloRequest.newBuilder().setName("Ada").build();
    Background<HelloReply> call =
        Background.start(
            "call",
            () -> {
              Iterator<HelloReply> replies = stub.sayHelloTimes(request);
              return replies.next();
            });
    assertThat(greeter.begun.await(Deadline.SECONDS, TimeUnit.SECONDS)).isTrue();
    return call;
  }

  private static final class Events implements ApplicationListener<GrpcServerLifecycleEvent> {
    final List<ApplicationEvent> seen = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void onApplicationEvent(GrpcServerLifecycleEvent event) {
      seen.add(event);
    }
  }
}
