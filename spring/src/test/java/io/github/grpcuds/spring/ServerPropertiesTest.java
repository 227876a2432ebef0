package io.github.grpcuds.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.grpc.server.ServerBuilderCustomizer;

/** What {@code grpcuds.server} and {@code spring.grpc.server} set. */
final class ServerPropertiesTest {
  private static final String SOCKET = "grpcuds.server.socket.";
  private static final String PEER = "grpcuds.server.peer.";

  @TempDir Path folder;
  private Path socket;
  private ApplicationContextRunner application;

  @BeforeEach
  void setUp() {
    socket = folder.resolve("new/a.sock");
    application =
        Contexts.withGreeter()
            .withPropertyValues(
                "spring.grpc.server.address=unix:" + socket, SOCKET + "create-parents=true");
  }

  @Test
  void modeIsOctalOrAsLsShowsIt() {
    assertMode("660", SOCKET + "mode=0660");
    assertMode("660", SOCKET + "mode=660");
    assertMode("620", SOCKET + "mode=rw--w----");
    assertMode("600");
  }

  private void assertMode(String expected, String... properties) {
    application
        .withPropertyValues(properties)
        .run(context -> assertThat(FileFacts.mode(socket)).isEqualTo(expected));
  }

  @Test
  void modeInYamlNeedsQuotes() {
    application
        .withInitializer(yaml("grpcuds.server.socket.mode: '0640'"))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(FileFacts.mode(socket)).isEqualTo("640");
            });
    application
        .withInitializer(yaml("grpcuds.server.socket.mode: 0640"))
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .hasStackTraceContaining("in YAML, a mode needs quotes"));
  }

  private static ApplicationContextInitializer<ConfigurableApplicationContext> yaml(String text) {
    return context -> {
      try {
        for (PropertySource<?> source :
            new YamlPropertySourceLoader()
                .load("yaml", new ByteArrayResource(text.getBytes(UTF_8)))) {
          context.getEnvironment().getPropertySources().addFirst(source);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  @Test
  void fileIsGivenToGroupAndOwner() {
    Assumptions.assumeTrue(Contexts.ownUid() == 0, "root alone may give a file away");
    application
        .withPropertyValues(SOCKET + "group=4242", SOCKET + "owner=4343")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(FileFacts.of(socket, "unix:gid")).isEqualTo(4242);
              assertThat(FileFacts.of(socket, "unix:uid")).isEqualTo(4343);
            });
  }

  @Test
  void fileStaysIfItIsNotToBeDeleted() {
    application
        .withPropertyValues(SOCKET + "delete-on-close=false")
        .run(context -> assertThat(context).hasNotFailed());
    assertThat(socket).exists();
    application.run(context -> assertThat(context).hasNotFailed()); // takes the dead one over
    assertThat(socket).doesNotExist();
  }

  @Test
  void folderThatOthersMayWriteToHasToBeAccepted() throws Exception {
    Path open = folder.resolve("open");
    Files.createDirectory(open);
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    ApplicationContextRunner inOpen =
        application.withPropertyValues("spring.grpc.server.address=unix:" + open + "/a.sock");
    inOpen.run(
        context -> assertThat(context).getFailure().hasStackTraceContaining("other users could"));
    inOpen
        .withPropertyValues(SOCKET + "allow-unsafe-parents=true")
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void peerIsAllowedByAnyOfTheRules() {
    String own = PEER + "uids=" + Contexts.ownUid();
    assertAllowed(own);
    assertAllowed(PEER + "same-user=true");
    assertAllowed(
        PEER + "uids=4000000000", PEER + "gids=" + FileFacts.of(Path.of("/proc/self"), "unix:gid"));
    assertAllowed(PEER + "uids=4242,4343," + Contexts.ownUid());
    assertRefused(PEER + "uids=4000000000");
    assertRefused(PEER + "gids=4242");
    assertRefused(PEER + "users=nobody");
  }

  private void assertAllowed(String... properties) {
    application
        .withPropertyValues(properties)
        .run(
            context ->
                assertThat(Contexts.hello(context, "unix:" + socket))
                    .isEqualTo(Contexts.helloToMe()));
  }

  private void assertRefused(String... properties) {
    application
        .withPropertyValues(properties)
        .run(
            context -> {
              StatusRuntimeException refused =
                  Assertions.catchThrowableOfType(
                      StatusRuntimeException.class,
                      () -> Contexts.hello(context, "unix:" + socket));
              assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            });
  }

  @Test
  void badValueIsNamedWithItsProperty() {
    assertInvalid("spring.grpc.server.address", "unix:" + folder + "/" + "x".repeat(108));
    assertInvalid("spring.grpc.server.address", "unix://host/a.sock");
    assertInvalid(PEER + "uids", "-1");
    assertInvalid(PEER + "gids", "4294967295");
    assertInvalid(PEER + "users", "1000");
    assertInvalid(PEER + "groups", "1000");
    assertInvalid(PEER + "uids", "");
    assertInvalid(PEER + "groups", "");
    assertInvalid(SOCKET + "group", " ");
    assertInvalid(SOCKET + "owner", "");
  }

  private void assertInvalid(String property, String value) {
    application
        .withPropertyValues(property + "=" + value)
        .run(
            context -> {
              InvalidConfigurationPropertyValueException bad =
                  (InvalidConfigurationPropertyValueException) rootOf(context.getStartupFailure());
              assertThat(bad.getName()).isEqualTo(property);
              assertThat(String.valueOf(bad.getValue())).contains(value.trim());
              assertThat(bad.getReason()).isNotBlank();
            });
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  @Test
  void valueOfAnotherTypeFailsTheStart() {
    for (String bad :
        new String[] {
          SOCKET + "mode=0888", SOCKET + "mode=1777", SOCKET + "mode=", PEER + "uids=alice"
        }) {
      application
          .withPropertyValues(bad)
          .run(
              context ->
                  assertThat(context)
                      .getFailure()
                      .hasStackTraceContaining("ConfigurationPropertiesBindException")
                      .hasStackTraceContaining(bad.substring(0, bad.indexOf('='))));
    }
  }

  @Test
  void inheritIsTrueOrFalse() {
    assertInvalid("grpcuds.server.systemd.inherit", "maybe");
  }

  @Test
  void transportThatContradictsIsRefused() {
    assertInvalid("spring.grpc.server.netty.transport", "tcp");
    Contexts.withGreeter()
        .withPropertyValues("spring.grpc.server.netty.transport=domain-socket")
        .run(
            context -> assertThat(context).getFailure().hasStackTraceContaining("It needs a path"));
  }

  @Test
  void messagesAreLimitedAsBootSays() {
    application
        .withPropertyValues("spring.grpc.server.inbound.message.max-size=2B")
        .run(
            context -> {
              StatusRuntimeException tooLarge =
                  Assertions.catchThrowableOfType(
                      StatusRuntimeException.class,
                      () -> Contexts.hello(context, "unix:" + socket));
              assertThat(tooLarge.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            });
  }

  @Test
  void customizersOfOurBuilderAreAppliedAndOthersAreNot() {
    application
        .withBean("ours", OurCustomizer.class, OurCustomizer::new)
        .withBean("nettys", NettyCustomizer.class, NettyCustomizer::new)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(OurCustomizer.class).called).isTrue();
              assertThat(context.getBean(NettyCustomizer.class).called).isFalse();
            });
  }

  private static final class OurCustomizer implements ServerBuilderCustomizer<UdsServerBuilder> {
    boolean called;

    @Override
    public void customize(UdsServerBuilder builder) {
      called = true;
      builder.maxConnections(10);
    }
  }

  private static final class NettyCustomizer
      implements ServerBuilderCustomizer<NettyServerBuilder> {
    boolean called;

    @Override
    public void customize(NettyServerBuilder builder) {
      called = true;
    }
  }
}
