package io.github.grpcuds.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.grpcuds.proto.HelloReply;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.transport.PeerCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.grpc.server.autoconfigure.security.GrpcServerSecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.GlobalServerInterceptor;
import org.springframework.grpc.server.security.AuthenticationProcessInterceptor;
import org.springframework.grpc.server.security.GrpcSecurity;
import org.springframework.security.config.Customizer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/** The peer as Spring Security's principal. */
final class PeerSecurityTest {
  @TempDir Path folder;
  private Path socket;
  private ApplicationContextRunner application;

  @BeforeEach
  void setUp() {
    socket = folder.resolve("a.sock");
    application =
        Contexts.withoutService()
            .withConfiguration(
                AutoConfigurations.of(
                    SecurityAutoConfiguration.class, GrpcServerSecurityAutoConfiguration.class))
            .withBean(WhoAmI.class)
            .withPropertyValues("spring.grpc.server.address=unix:" + socket);
  }

  @Test
  void peerIsThePrincipalWithItsIdsAsAuthorities() {
    application
        .withUserConfiguration(ByUid.class)
        .run(
            context -> {
              List<String> me = List.of(Contexts.hello(context, "unix:" + socket).split(" ", -1));
              String user = System.getProperty("user.name");
              assertThat(me.get(0)).isEqualTo(user);
              assertThat(me)
                  .contains(
                      "UID_" + Contexts.ownUid(),
                      "USER_" + user,
                      "GID_" + FileFacts.of(Path.of("/proc/self"), "unix:gid"));
            });
  }

  @Test
  void peerWithoutTheAuthorityIsDenied() {
    application
        .withUserConfiguration(ByOtherUid.class)
        .run(
            context ->
                assertThat(statusOf(() -> Contexts.hello(context, "unix:" + socket)))
                    .isEqualTo(Status.Code.PERMISSION_DENIED));
  }

  @Test
  void authoritiesAreTheApplications() {
    application
        .withUserConfiguration(ByRole.class)
        .run(
            context ->
                assertThat(Contexts.hello(context, "unix:" + socket)).endsWith(" ROLE_LOCAL"));
  }

  @Test
  void credentialsInTheHeadersGoBefore() {
    application
        .withUserConfiguration(ByPasswordOrUid.class)
        .run(
            context -> {
              Metadata headers = new Metadata();
              headers.put(
                  Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                  "Basic " + Base64.getEncoder().encodeToString("ada:secret".getBytes(UTF_8)));
              HelloReply reply =
                  Contexts.greeter(Contexts.channel(context, "unix:" + socket))
                      .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                      .sayHello(HelloRequest.getDefaultInstance());
              assertThat(reply.getMessage()).startsWith("ada ").contains("UID_");
            });
  }

  @Test
  void callerOnAnotherTransportIsNotAuthenticated() {
    application
        .withUserConfiguration(ByUid.class)
        .withPropertyValues("spring.grpc.server.inprocess.name=inner")
        .run(
            context ->
                assertThat(statusOf(() -> Contexts.hello(context, "in-process:inner")))
                    .isEqualTo(Status.Code.UNAUTHENTICATED));
  }

  private static Status.Code statusOf(ThrowingCallable call) {
    return Assertions.catchThrowableOfType(StatusRuntimeException.class, call)
        .getStatus()
        .getCode();
  }

  /** Says who calls: the name, and the authorities. */
  static final class WhoAmI extends Greeter {
    @Override
    public void sayHello(HelloRequest request, StreamObserver<HelloReply> replies) {
      Authentication caller = SecurityContextHolder.getContext().getAuthentication();
      String authorities =
          String.join(" ", AuthorityUtils.authorityListToSet(caller.getAuthorities()));
      replies.onNext(
          HelloReply.newBuilder().setMessage(caller.getName() + " " + authorities).build());
      replies.onCompleted();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class ByUid {
    @Bean
    @GlobalServerInterceptor
    AuthenticationProcessInterceptor security(GrpcSecurity security) throws Exception {
      return security
          .with(new UdsPeerConfigurer(), peers -> {})
          .authorizeRequests(
              requests -> requests.allRequests().hasAuthority("UID_" + Contexts.ownUid()))
          .build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class ByOtherUid {
    @Bean
    @GlobalServerInterceptor
    AuthenticationProcessInterceptor security(GrpcSecurity security) throws Exception {
      return security
          .with(new UdsPeerConfigurer(), peers -> {})
          .authorizeRequests(
              requests ->
                  requests
                      .methods("grpcuds.greeter.v1.Greeter/SayHello")
                      .hasAuthority("UID_4242")
                      .allRequests()
                      .permitAll())
          .build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class ByRole {
    @Bean
    @GlobalServerInterceptor
    AuthenticationProcessInterceptor security(GrpcSecurity security) throws Exception {
      return security
          .with(new UdsPeerConfigurer(), peers -> peers.authorities(ByRole::roles))
          .authorizeRequests(requests -> requests.allRequests().hasAuthority("ROLE_LOCAL"))
          .build();
    }

    private static List<GrantedAuthority> roles(PeerCredentials peer) {
      return AuthorityUtils.createAuthorityList(
          peer.uid() == Contexts.ownUid() ? "ROLE_LOCAL" : "ROLE_OTHER");
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class ByPasswordOrUid {
    @Bean
    @GlobalServerInterceptor
    AuthenticationProcessInterceptor security(GrpcSecurity security) throws Exception {
      return security
          .with(new UdsPeerConfigurer(), peers -> {})
          .httpBasic(Customizer.withDefaults())
          .authorizeRequests(
              requests -> requests.allRequests().hasAuthority("UID_" + Contexts.ownUid()))
          .build();
    }

    @Bean
    UserDetailsService users() {
      return new InMemoryUserDetailsManager(
          User.withUsername("ada")
              .password("{noop}secret")
              .authorities("UID_" + Contexts.ownUid())
              .build());
    }
  }
}
