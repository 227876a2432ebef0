package io.github.grpcuds.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.GreeterGrpc.GreeterBlockingStub;
import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.testkit.Await;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.CompositeGrpcChannelFactory;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.client.InProcessGrpcChannelFactory;

/** Channels by name and by target. */
@Tag(Classpaths.ANY)
final class ClientTest {
  private static final String CHANNEL = "spring.grpc.client.channel.";

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
  void targetsInAllFormsAndByName() {
    application
        .withPropertyValues(
            CHANNEL + "greeter.target=unix:" + socket,
            CHANNEL + "default.target=unix://" + socket,
            "here=" + socket,
            CHANNEL + "placeholder.target=unix:${here}")
        .run(
            context -> {
              for (String target :
                  List.of(
                      "unix:" + socket,
                      "unix://" + socket,
                      "unix:${here}",
                      "greeter",
                      "default",
                      "placeholder")) {
                assertThat(Contexts.hello(context, target))
                    .as(target)
                    .isEqualTo(Contexts.helloToMe());
              }
            });
  }

  @Test
  void otherTargetsAreTheOtherFactories() throws Exception {
    Server tcp =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Anybody())
            .build()
            .start();
    try {
      application
          .withPropertyValues(
              CHANNEL + "tcp.target=static://localhost:" + tcp.getPort(),
              CHANNEL + "unix.target=unix:" + socket)
          .run(
              context -> {
                assertThat(Contexts.hello(context, "unix")).isEqualTo(Contexts.helloToMe());
                assertThat(Contexts.hello(context, "tcp")).isEqualTo("Hello from TCP");
                assertThat(Contexts.hello(context, "dns:///localhost:" + tcp.getPort()))
                    .isEqualTo("Hello from TCP");
                assertThat(Contexts.hello(context, "localhost:" + tcp.getPort()))
                    .isEqualTo("Hello from TCP");
              });
    } finally {
      tcp.shutdownNow();
    }
  }

  @Test
  void inProcessTargetsStay() {
    application.run(
        context -> {
          assertThat(context.getBean(GrpcChannelFactory.class))
              .isInstanceOf(CompositeGrpcChannelFactory.class);
          InProcessGrpcChannelFactory inProcess =
              context.getBean(InProcessGrpcChannelFactory.class);
          assertThat(inProcess.supports("in-process:x")).isTrue();
          UdsGrpcChannelFactory ours = context.getBean(UdsGrpcChannelFactory.class);
          assertThat(ours.supports("in-process:x")).isFalse();
          assertThat(ours.supports("unix-abstract:x")).isTrue();
        });
  }

  @Test
  void deadlineOfTheChannelEndsItsCalls() {
    application
        .withPropertyValues(
            CHANNEL + "hasty.target=unix:" + socket, CHANNEL + "hasty.default.deadline=50ms")
        .run(
            context -> {
              GreeterBlockingStub stub =
                  GreeterGrpc.newBlockingStub(Contexts.channel(context, "hasty"));
              StatusRuntimeException late =
                  Assertions.catchThrowableOfType(
                      StatusRuntimeException.class,
                      () -> stub.sayHelloTimes(HelloRequest.getDefaultInstance()).hasNext());
              assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
              context.getBean(Greeter.class).mayEnd.countDown();
            });
  }

  @Test
  void messagesAreLimitedAsBootSays() {
    application
        .withPropertyValues(
            CHANNEL + "small.target=unix:" + socket, CHANNEL + "small.inbound.message.max-size=2B")
        .run(
            context -> {
              StatusRuntimeException tooLarge =
                  Assertions.catchThrowableOfType(
                      StatusRuntimeException.class, () -> Contexts.hello(context, "small"));
              assertThat(tooLarge.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            });
  }

  @Test
  void retryPolicyOfTheServiceConfigIsApplied() {
    String method = CHANNEL + "retrying.service-config.method[0].";
    Contexts.withoutService()
        .withBean(FailsOnce.class)
        .withPropertyValues(
            "spring.grpc.server.address=unix:" + socket,
            CHANNEL + "retrying.target=unix:" + socket,
            method + "name[0].service=grpcuds.greeter.v1.Greeter",
            method + "retry.max-attempts=3",
            method + "retry.initial-backoff=10ms",
            method + "retry.max-backoff=10ms",
            method + "retry.backoff-multiplier=1",
            method + "retry.retryable-status-codes=UNAVAILABLE")
        .run(context -> assertThat(Contexts.hello(context, "retrying")).isEqualTo("Hello at last"));
  }

  @Test
  void severalSocketsAreBalanced() {
    Path other = folder.resolve("b.sock");
    application
        .withPropertyValues(CHANNEL + "both.target=unix:" + socket + "," + other)
        .run(
            context ->
                Contexts.withoutService()
                    .withBean(Anybody.class)
                    .withPropertyValues("spring.grpc.server.address=unix:" + other)
                    .run(second -> assertBothAnswer(context)));
  }

  /** Boot's default is round_robin, which uses a socket once it is connected. */
  private static void assertBothAnswer(AssertableApplicationContext context) {
    Channel both = Contexts.channel(context, "both");
    Set<String> answers = new HashSet<>();
    Await.until(
        () -> {
          HelloRequest request = HelloRequest.newBuilder().setName("Ada").build();
          answers.add(Contexts.greeter(both).sayHello(request).getMessage());
          return answers.size() == 2;
        },
        answers::toString);
    assertThat(answers).containsExactlyInAnyOrder(Contexts.helloToMe(), "Hello from TCP");
  }

  @Test
  void interceptorsAndCustomizersAreApplied() {
    application
        .withUserConfiguration(Additions.class)
        .run(
            context -> {
              Additions additions = context.getBean(Additions.class);
              Contexts.hello(context, "unix:" + socket);
              assertThat(additions.calls).containsExactly("grpcuds.greeter.v1.Greeter/SayHello");
              assertThat(additions.customized).containsExactly("unix:" + socket);
            });
  }

  @Test
  void channelsEndWithTheContext() {
    List<ManagedChannel> channels = new ArrayList<>();
    application.run(
        context -> {
          Contexts.hello(context, "unix:" + socket);
          channels.add(context.getBean(GrpcChannelFactory.class).createChannel("unix:" + socket));
        });
    assertThat(channels.get(0).isShutdown()).isTrue();
  }

  @Test
  void badTargetIsNamed() {
    application.run(
        context ->
            Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> Contexts.channel(context, "unix://host/a.sock"))
                .withMessageContaining("unix://host/a.sock"));
  }

  @Test
  void factoryOfTheApplicationStays() {
    application
        .withBean("own", GrpcChannelFactory.class, OwnFactory::new)
        .run(
            context ->
                assertThat(context).hasNotFailed().doesNotHaveBean(UdsGrpcChannelFactory.class));
  }

  @Test
  void whatIsSwitchedOffIsNotThere() {
    for (String off : List.of("spring.grpc.client", "spring.grpc.client.channelfactory")) {
      application
          .withPropertyValues(off + ".enabled=false")
          .run(
              context ->
                  assertThat(context).hasNotFailed().doesNotHaveBean(GrpcChannelFactory.class));
    }
  }

  /** On any transport. */
  static final class Anybody extends Greeter {
    @Override
    public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      replies.onNext(HelloReply.newBuilder().setMessage("Hello from TCP").build());
      replies.onCompleted();
    }
  }

  static final class FailsOnce extends Greeter {
    private boolean failed;

    @Override
    public synchronized void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      if (!failed) {
        failed = true;
        replies.onError(Status.UNAVAILABLE.asRuntimeException());
        return;
      }
      replies.onNext(HelloReply.newBuilder().setMessage("Hello at last").build());
      replies.onCompleted();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Additions {
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    final List<String> customized = Collections.synchronizedList(new ArrayList<>());

    @Bean
    @GlobalClientInterceptor
    ClientInterceptor interceptor() {
      return new ClientInterceptor() {
        @Override
        public <A, B> ClientCall<A, B> interceptCall(
            MethodDescriptor<A, B> method, CallOptions options, Channel next) {
          calls.add(method.getFullMethodName());
          return next.newCall(method, options);
        }
      };
    }

    @Bean
    GrpcChannelBuilderCustomizer<UdsChannelBuilder> customizer() {
      return (target, builder) -> {
        customized.add(target);
        builder.connectTimeout(1, TimeUnit.SECONDS);
      };
    }
  }

  private static final class OwnFactory implements GrpcChannelFactory {
    @Override
    public boolean supports(String target) {
      return true;
    }

    @Override
    public ManagedChannel createChannel(String target, ChannelBuilderOptions options) {
      return UdsChannelBuilder.forTarget(target).build();
    }
  }
}
