package io.github.grpcuds.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ServerServiceDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;
import org.springframework.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.grpc.server.GrpcServerFactory;
import org.springframework.grpc.server.NettyGrpcServerFactory;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;
import org.springframework.util.ClassUtils;

/** Which server there is, by the properties and by what is on the class path. */
@Tag(Classpaths.ANY)
final class ServerChoiceTest {
  private static final String ADDRESS = "spring.grpc.server.address=";
  private static final String PATH = "spring.grpc.server.netty.domain-socket-path=";
  private static final String TRANSPORT = "spring.grpc.server.netty.transport=";

  @TempDir Path folder;
  private Path socket;

  private final ApplicationContextRunner application = Contexts.withGreeter();

  @BeforeEach
  void setUp() {
    socket = folder.resolve("a.sock");
  }

  static boolean withoutNetty() {
    return !ClassUtils.isPresent("io.grpc.netty.NettyServerBuilder", null);
  }

  @Test
  void unixAddressIsOurs() {
    application.withPropertyValues(ADDRESS + "unix:" + socket).run(this::servesTheSocket);
    application.withPropertyValues(ADDRESS + "unix://" + socket).run(this::servesTheSocket);
    application.withPropertyValues(ADDRESS + "UNIX:" + socket).run(this::servesTheSocket);
    assertThat(socket).doesNotExist();
  }

  @Test
  void pathOfBootsOwnPropertyIsOurs() {
    application.withPropertyValues(PATH + socket).run(this::servesTheSocket);
    application
        .withPropertyValues(PATH + socket, TRANSPORT + "domain-socket")
        .run(this::servesTheSocket);
    application
        .withPropertyValues("spring.grpc.server.netty.domainSocketPath=" + socket)
        .run(this::servesTheSocket);
  }

  @Test
  void pathIsNoTarget() {
    Path odd = folder.resolve("100%,#.sock");
    application
        .withPropertyValues(PATH + odd)
        .run(context -> assertThat(Files.exists(odd)).isTrue());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @DisabledIfSystemProperty(
      named = "grpcuds.backend",
      matches = "jdk",
      disabledReason = "it has no abstract names")
  void abstractNameIsOurs() {
    String target = "unix-abstract:" + folder.getFileName() + System.nanoTime();
    application
        .withPropertyValues(ADDRESS + target)
        .run(
            context -> assertThat(Contexts.hello(context, target)).isEqualTo(Contexts.helloToMe()));
  }

  @Test
  void environmentVariableIsReadAsAnyProperty() {
    Map<String, Object> variables = Map.of("SPRING_GRPC_SERVER_ADDRESS", "unix:" + socket);
    application
        .withInitializer(context -> replaceSystemEnvironment(context.getEnvironment(), variables))
        .run(this::servesTheSocket);
  }

  private static void replaceSystemEnvironment(
      ConfigurableEnvironment environment, Map<String, Object> variables) {
    String name = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
    environment
        .getPropertySources()
        .replace(name, new SystemEnvironmentPropertySource(name, variables));
  }

  @Test
  void placeholderIsResolvedFirst() {
    application
        .withPropertyValues("here=" + socket, ADDRESS + "unix:${here}")
        .run(this::servesTheSocket);
  }

  @Test
  void withoutNettyNothingElseIsNeeded() {
    application
        .withClassLoader(new FilteredClassLoader("io.grpc.netty", "io.netty"))
        .withPropertyValues(ADDRESS + "unix:" + socket)
        .run(this::servesTheSocket);
  }

  @Test
  @DisabledIf("withoutNetty")
  void otherAddressesAreNettys() {
    application
        .withPropertyValues(ADDRESS + "127.0.0.1", "spring.grpc.server.port=0")
        .run(ServerChoiceTest::servesTcp);
    application
        .withPropertyValues(PATH + socket, TRANSPORT + "tcp", "spring.grpc.server.port=0")
        .run(ServerChoiceTest::servesTcp);
    application.withPropertyValues("spring.grpc.server.port=0").run(ServerChoiceTest::servesTcp);
  }

  @Test
  void factoryOfTheApplicationStays() {
    application
        .withBean("own", GrpcServerFactory.class, OwnFactory::new)
        .withPropertyValues(ADDRESS + "unix:" + socket)
        .run(
            context ->
                assertThat(context).hasNotFailed().doesNotHaveBean(UdsGrpcServerFactory.class));
  }

  @Test
  void whatIsSwitchedOffDoesNotStart() {
    for (String off : new String[] {"spring.grpc.server", "spring.grpc.server.factory"}) {
      application
          .withPropertyValues(ADDRESS + "unix:" + socket, off + ".enabled=false")
          .run(
              context -> {
                assertThat(context).hasNotFailed().doesNotHaveBean(GrpcServerFactory.class);
                assertThat(socket).doesNotExist();
              });
    }
  }

  @Test
  void applicationWithoutServicesServesNothing() {
    Contexts.withoutService()
        .withPropertyValues(ADDRESS + "unix:" + socket)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context.getBean(GrpcServerLifecycle.class).isRunning()).isFalse();
              assertThat(socket).doesNotExist();
            });
  }

  @Test
  void servicesOfConfigurationsThatComeLaterAreServed() {
    Contexts.withoutService()
        .withConfiguration(AutoConfigurations.of(LateGreeter.class))
        .withPropertyValues(ADDRESS + "unix:" + socket)
        .run(this::servesTheSocket);
  }

  @Test
  void oneServerHasOnePlace() {
    String address = ADDRESS + "unix:" + socket;
    for (String more :
        new String[] {
          PATH + socket, "spring.grpc.server.port=0", "grpcuds.server.systemd.inherit=true"
        }) {
      application
          .withPropertyValues(address, more)
          .run(
              context ->
                  assertThat(context)
                      .getFailure()
                      .rootCause()
                      .isInstanceOf(MutuallyExclusiveConfigurationPropertiesException.class)
                      .hasMessageContaining(more.substring(0, more.indexOf('='))));
    }
  }

  private void servesTheSocket(AssertableApplicationContext context) {
    assertThat(context).hasNotFailed().hasSingleBean(GrpcServerFactory.class);
    assertThat(context).hasSingleBean(UdsGrpcServerFactory.class);
    assertThat(FileFacts.mode(socket)).isEqualTo("600");
    assertThat(Contexts.hello(context, "unix:" + socket)).isEqualTo(Contexts.helloToMe());
  }

  private static void servesTcp(AssertableApplicationContext context) {
    assertThat(context).hasNotFailed().hasSingleBean(GrpcServerFactory.class);
    assertThat(context).hasSingleBean(NettyGrpcServerFactory.class);
  }

  @AutoConfiguration(
      after = UdsServerAutoConfiguration.class,
      before = GrpcServerAutoConfiguration.class)
  static final class LateGreeter {
    @Bean
    Greeter greeter() {
      return new Greeter();
    }
  }

  private static final class OwnFactory implements GrpcServerFactory {
    @Override
    public io.grpc.Server createServer() {
      return null;
    }

    @Override
    public void addService(ServerServiceDefinition service) {}
  }
}
