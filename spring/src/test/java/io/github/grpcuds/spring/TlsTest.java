package io.github.grpcuds.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** SSL bundles at both ends. */
@Tag(Classpaths.ANY)
final class TlsTest {
  private static final String SSL = "spring.grpc.server.ssl.";
  private static final String CHANNEL = "spring.grpc.client.channel.tls.";

  @TempDir Path folder;
  private Path socket;
  private ApplicationContextRunner application;

  @BeforeEach
  void setUp() {
    socket = folder.resolve("a.sock");
    application =
        Contexts.withGreeter()
            .withPropertyValues(
                "spring.grpc.server.address=unix:" + socket,
                SSL + "bundle=server",
                CHANNEL + "target=unix:" + socket)
            .withPropertyValues(bundle("server", "server", "client"))
            .withPropertyValues(bundle("client", "client", "server"));
  }

  private static String[] bundle(String name, String own, String trusted) {
    String prefix = "spring.ssl.bundle.pem." + name + ".";
    return new String[] {
      prefix + "keystore.certificate=classpath:tls/" + own + ".pem",
      prefix + "keystore.private-key=classpath:tls/" + own + ".key",
      prefix + "truststore.certificate=classpath:tls/" + trusted + ".pem"
    };
  }

  @Test
  void bothEndsHaveTheirBundle() {
    application
        .withPropertyValues(CHANNEL + "ssl.bundle=client", SSL + "client-auth=require")
        .run(context -> assertThat(Contexts.hello(context, "tls")).isEqualTo(Contexts.helloToMe()));
  }

  @Test
  void clientWithoutCertificateIsRefused() {
    application
        .withPropertyValues(
            "spring.ssl.bundle.pem.anonymous.truststore.certificate=classpath:tls/server.pem",
            CHANNEL + "ssl.bundle=anonymous",
            SSL + "client-auth=require")
        .run(context -> assertThat(codeOf(context)).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void plainTextIsRefused() {
    application.run(context -> assertThat(codeOf(context)).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void certificateThatIsNotTrustedIsRefused() {
    application
        .withPropertyValues(bundle("stranger", "server", "client"))
        .withPropertyValues(CHANNEL + "ssl.bundle=stranger")
        .run(context -> assertThat(codeOf(context)).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void certificateIsNotCheckedIfTheChannelSaysSo() {
    application
        .withPropertyValues(
            CHANNEL + "ssl.enabled=true", CHANNEL + "bypass-certificate-validation=true")
        .run(context -> assertThat(Contexts.hello(context, "tls")).isEqualTo(Contexts.helloToMe()));
  }

  @Test
  void anyCertificateWillDoIfTheServerIsNotSecure() {
    application
        .withPropertyValues(bundle("other", "server", "server"))
        .withPropertyValues(
            CHANNEL + "ssl.bundle=other", SSL + "client-auth=require", SSL + "secure=false")
        .run(context -> assertThat(Contexts.hello(context, "tls")).isEqualTo(Contexts.helloToMe()));
  }

  @Test
  void switchedOffIsPlainText() {
    application
        .withPropertyValues(SSL + "enabled=false")
        .run(context -> assertThat(Contexts.hello(context, "tls")).isEqualTo(Contexts.helloToMe()));
  }

  @Test
  void bundleIsNeeded() {
    Contexts.withGreeter()
        .withPropertyValues("spring.grpc.server.address=unix:" + socket, SSL + "enabled=true")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .hasStackTraceContaining("spring.grpc.server.ssl.bundle"));
  }

  private static Status.Code codeOf(ApplicationContext context) {
    return Assertions.catchThrowableOfType(
            StatusRuntimeException.class, () -> Contexts.hello(context, "tls"))
        .getStatus()
        .getCode();
  }
}
