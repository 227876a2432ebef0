package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ChoiceChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.CompositeChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.ClientCalls;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Who is given a token, and who is not. */
class CallCredentialsTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);
  private static final ChannelCredentials PLAIN = InsecureChannelCredentials.create();
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir static Path certificates;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final Tokens tokens = new Tokens("secret");
  private final Arrivals arrivals = new Arrivals();
  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  /** Gives out a token, but to a secure transport alone, as Google's do; and notes the requests. */
  private static final class Tokens extends CallCredentials {
    final List<RequestInfo> requests = new CopyOnWriteArrayList<>();
    private final String token;

    Tokens(String token) {
      this.token = token;
    }

    @Override
    public void applyRequestMetadata(
        RequestInfo request, Executor executor, MetadataApplier applier) {
      requests.add(request);
      executor.execute(
          () -> {
            if (request.getSecurityLevel() != SecurityLevel.PRIVACY_AND_INTEGRITY) {
              applier.fail(Status.UNAUTHENTICATED.withDescription("not secure"));
              return;
            }
            Metadata headers = new Metadata();
            headers.put(TOKEN, token);
            applier.apply(headers);
          });
    }
  }

  /** The tokens that came to a server, call by call; and lets the first calls fail. */
  private static final class Arrivals implements ServerInterceptor {
    final List<List<String>> tokens = new CopyOnWriteArrayList<>();
    final AtomicInteger failures = new AtomicInteger();

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      List<String> found = new ArrayList<>();
      Iterable<String> values = headers.getAll(TOKEN);
      if (values != null) {
        values.forEach(found::add);
      }
      tokens.add(found);
      if (failures.getAndDecrement() > 0) {
        call.close(Status.UNAVAILABLE.withDescription("not yet"), new Metadata());
        return new ServerCall.Listener<ReqT>() {};
      }
      return next.startCall(call, headers);
    }

    void assertAre(String... expected) {
      assertEquals(Collections.singletonList(Arrays.asList(expected)), tokens);
    }
  }

  private Server serve(UdsServerBuilder builder) throws Exception {
    return sockets.start(builder.intercept(arrivals).addService(new ByteEcho()));
  }

  private Server serve() throws Exception {
    return serve(UdsServerBuilder.forPath(path));
  }

  private static UdsChannelBuilder verified(UdsChannelBuilder builder) {
    return builder.serverPolicy(PeerPolicy.sameUser());
  }

  private ManagedChannel verified() {
    return sockets.open(verified(UdsChannelBuilder.forPath(path)));
  }

  private static byte[] call(ManagedChannel channel, CallCredentials creds) {
    CallOptions options = ByteEcho.within(60).withCallCredentials(creds);
    return ClientCalls.blockingUnaryCall(channel, ByteEcho.ECHO, options, MESSAGE);
  }

  private void assertServed(ManagedChannel channel) {
    assertArrayEquals(MESSAGE, call(channel, tokens));
  }

  private static Status failure(ManagedChannel channel, CallOptions options) {
    return assertThrows(
            StatusRuntimeException.class,
            () -> ClientCalls.blockingUnaryCall(channel, ByteEcho.ECHO, options, MESSAGE))
        .getStatus();
  }

  /** At once: a call that hung would end with DEADLINE_EXCEEDED. */
  private void assertNotSent(ManagedChannel channel, CallOptions options) {
    Status status = failure(channel, options);
    assertEquals(Status.Code.UNAUTHENTICATED, status.getCode(), status.toString());
    assertTrue(status.getDescription().contains("serverPolicy("), status.toString());
    assertEquals(Collections.emptyList(), tokens.requests, "asked for");
    assertEquals(Collections.emptyList(), arrivals.tokens, "arrived");
  }

  private void assertNotSent(UdsChannelBuilder builder) {
    assertNotSent(sockets.open(builder), ByteEcho.within(60).withCallCredentials(tokens));
  }

  @Test
  void tokenReachesAVerifiedServer() throws Exception {
    serve();
    assertServed(verified());
    arrivals.assertAre("secret");
  }

  @Test
  void credentialsLearnWhatTheCallIsAndThatItIsSecure() throws Exception {
    serve();
    assertServed(verified());
    assertEquals(1, tokens.requests.size());
    CallCredentials.RequestInfo request = tokens.requests.get(0);
    assertEquals(SecurityLevel.PRIVACY_AND_INTEGRITY, request.getSecurityLevel());
    assertEquals("localhost", request.getAuthority());
    assertEquals(ByteEcho.ECHO, request.getMethodDescriptor());
    assertEquals(
        UdsAddress.ofPath(path), request.getTransportAttrs().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }

  @Test
  void anyPolicyThatNotEverybodyPassesWillDo() throws Exception {
    serve();
    PeerPolicy own = PeerPolicy.sameUser();
    for (PeerPolicy policy :
        Arrays.asList(own.or(PeerPolicy.uid(54321)), own.and(PeerPolicy.anyUser()))) {
      assertServed(sockets.open(UdsChannelBuilder.forPath(path).serverPolicy(policy)));
    }
    assertEquals(2, arrivals.tokens.size());
  }

  @Test
  void tokenIsNotAskedForWhereTheServerMayBeAnybody() throws Exception {
    serve();
    assertNotSent(UdsChannelBuilder.forPath(path));
    assertNotSent(UdsChannelBuilder.forPath(path).serverPolicy(PeerPolicy.anyUser()));
    PeerPolicy nobodyLess = PeerPolicy.sameUser().or(PeerPolicy.anyUser());
    assertNotSent(UdsChannelBuilder.forPath(path).serverPolicy(nobodyLess));
  }

  @Test
  void callThatWaitsForAServerFailsAtOnceIfThatMayBeAnybody() throws Exception {
    serve();
    CallOptions options = ByteEcho.within(60).withCallCredentials(tokens).withWaitForReady();
    assertNotSent(sockets.channel(path), options);
  }

  @Test
  void callWithoutCredentialsNeedsNoVerifiedServer() throws Exception {
    serve();
    ManagedChannel channel = sockets.channel(path);
    assertNotSent(channel, ByteEcho.within(60).withCallCredentials(tokens));
    assertArrayEquals(MESSAGE, ByteEcho.echo(channel, MESSAGE));
    arrivals.assertAre();
  }

  @Test
  void credentialsOfTheChannelAreGuardedInEveryWayToBuildIt() throws Exception {
    serve();
    ChannelCredentials composite = CompositeChannelCredentials.create(PLAIN, tokens);
    List<UdsChannelBuilder> builders =
        Arrays.asList(
            UdsChannelBuilder.forPath(path, composite),
            UdsChannelBuilder.forTarget("unix:" + path, composite),
            (UdsChannelBuilder) Grpc.newChannelBuilder("unix:" + path, composite),
            UdsChannelBuilder.forPath(path, ChoiceChannelCredentials.create(composite)));
    for (UdsChannelBuilder builder : builders) {
      assertNotSent(sockets.open(builder), ByteEcho.within(60));
    }
    for (UdsChannelBuilder builder : builders) {
      assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.open(verified(builder)), MESSAGE));
    }
    assertEquals(
        Collections.nCopies(builders.size(), Collections.singletonList("secret")), arrivals.tokens);
  }

  @Test
  void credentialsOfChannelAndCallAreBothSent() throws Exception {
    serve();
    Tokens ofCall = new Tokens("of the call");
    ChannelCredentials twice =
        CompositeChannelCredentials.create(
            CompositeChannelCredentials.create(PLAIN, tokens), new Tokens("second"));
    ManagedChannel channel = sockets.open(verified(UdsChannelBuilder.forPath(path, twice)));
    call(channel, ofCall);
    arrivals.assertAre("secret", "second", "of the call");
  }

  @Test
  void credentialsThatAnInterceptorSetsAreGuarded() throws Exception {
    serve();
    ClientInterceptor sign =
        new ClientInterceptor() {
          @Override
          public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
              MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
            return next.newCall(method, options.withCallCredentials(tokens));
          }
        };
    ManagedChannel open = sockets.open(UdsChannelBuilder.forPath(path).intercept(sign));
    assertNotSent(open, ByteEcho.within(60));
    ManagedChannel known = sockets.open(verified(UdsChannelBuilder.forPath(path)).intercept(sign));
    assertArrayEquals(MESSAGE, ByteEcho.echo(known, MESSAGE));
    arrivals.assertAre("secret");
  }

  @Test
  void tlsIsEnough() throws Exception {
    Identity server = Identity.create(certificates, "server", "localhost");
    File certificate = server.certificate.toFile();
    serve(
        UdsServerBuilder.forPath(
            path, TlsServerCredentials.create(certificate, server.key.toFile())));
    ChannelCredentials tls = TlsChannelCredentials.newBuilder().trustManager(certificate).build();
    assertServed(sockets.open(UdsChannelBuilder.forPath(path, tls)));
    ChannelCredentials composite = CompositeChannelCredentials.create(tls, tokens);
    ByteEcho.echo(sockets.open(UdsChannelBuilder.forPath(path, composite)), MESSAGE);
    assertEquals(Collections.nCopies(2, Collections.singletonList("secret")), arrivals.tokens);
  }

  @Test
  void failureOfTheCredentialsIsTheCalls() throws Exception {
    serve();
    Status expired = Status.UNAUTHENTICATED.withDescription("the token has expired");
    CallCredentials failing =
        new CallCredentials() {
          @Override
          public void applyRequestMetadata(
              RequestInfo info, Executor executor, MetadataApplier to) {
            executor.execute(() -> to.fail(expired));
          }
        };
    Status status = failure(verified(), ByteEcho.within(60).withCallCredentials(failing));
    assertEquals(expired.toString(), status.toString());
    CallCredentials throwing =
        new CallCredentials() {
          @Override
          public void applyRequestMetadata(
              RequestInfo info, Executor executor, MetadataApplier to) {
            throw new IllegalStateException("no token store");
          }
        };
    status = failure(verified(), ByteEcho.within(60).withCallCredentials(throwing));
    assertEquals(Status.Code.UNAUTHENTICATED, status.getCode(), status.toString());
    assertEquals(Collections.emptyList(), arrivals.tokens);
  }

  @Test
  void eachAttemptHasAToken() throws Exception {
    serve();
    arrivals.failures.set(2);
    Map<String, Object> policy = new HashMap<>();
    policy.put("maxAttempts", 4.0);
    policy.put("initialBackoff", "0.01s");
    policy.put("maxBackoff", "0.1s");
    policy.put("backoffMultiplier", 1.5);
    policy.put("retryableStatusCodes", Arrays.asList("UNAVAILABLE"));
    Map<String, Object> method = new HashMap<>();
    method.put("name", Collections.singletonList(Collections.emptyMap()));
    method.put("retryPolicy", policy);
    Map<String, ?> config =
        Collections.singletonMap("methodConfig", Collections.singletonList(method));
    assertServed(
        sockets.open(verified(UdsChannelBuilder.forPath(path)).defaultServiceConfig(config)));
    assertEquals(Collections.nCopies(3, Collections.singletonList("secret")), arrivals.tokens);
  }

  @Test
  void everyServerOfTheChannelIsVerified() throws Exception {
    serve();
    String second = sockets.path("t");
    serve(UdsServerBuilder.forPath(second));
    ManagedChannel channel =
        sockets.open(
            verified(UdsChannelBuilder.forTarget("unix:" + path + "," + second))
                .defaultLoadBalancingPolicy("round_robin"));
    for (int i = 0; i < 10; i++) {
      assertServed(channel);
    }
    assertEquals(Collections.nCopies(10, Collections.singletonList("secret")), arrivals.tokens);
  }

  @Test
  void abstractNameIsVerifiedByDefault() throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("os.name").startsWith("Linux"), "abstract names are Linux's");
    Assumptions.assumeFalse(
        "jdk".equals(System.getProperty("grpcuds.backend")), "backend jdk has no abstract names");
    UdsAddress name = UdsAddress.ofAbstract(UUID.randomUUID().toString());
    serve(UdsServerBuilder.forAddress(name));
    assertServed(sockets.open(UdsChannelBuilder.forAddress(name)));
    arrivals.assertAre("secret");
  }

  /** The same channel, first to a server of this user, then to one of another at the same path. */
  @Test
  void serverOfAnotherUserGetsNoToken() throws Exception {
    OtherUser.assumeRoot();
    Path folder = Files.createDirectory(Paths.get(sockets.path("folder")));
    path = folder.resolve("s").toString();
    Server own = serve();
    ManagedChannel channel = verified();
    assertServed(channel);
    own.shutdownNow();
    assertTrue(own.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));

    Files.setAttribute(folder, "unix:uid", OtherUser.UID);
    try (ChildProcess other = OtherUser.java(ServerProcess.class, path)) {
      other.hear("serving");
      Status status = failure(channel, ByteEcho.within(60).withCallCredentials(tokens));
      assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
      assertEquals(1, tokens.requests.size(), "asked for");

      PeerPolicy otherUser = PeerPolicy.uid(OtherUser.UID);
      assertServed(sockets.open(UdsChannelBuilder.forPath(path).serverPolicy(otherUser)));
      assertEquals("secret", other.hear("token:"));
    }
    Files.delete(folder);
  }

  /** Says which tokens it gets, until its standard input ends. */
  static final class ServerProcess {
    private ServerProcess() {}

    public static void main(String[] args) throws Exception {
      ServerInterceptor say =
          new ServerInterceptor() {
            @Override
            public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
                ServerCall<ReqT, RespT> call,
                Metadata headers,
                ServerCallHandler<ReqT, RespT> next) {
              System.out.println("token: " + headers.get(TOKEN));
              return next.startCall(call, headers);
            }
          };
      Server server =
          UdsServerBuilder.forPath(args[0])
              .socketFile(SocketFileOptions.defaults().mode(0666))
              .intercept(say)
              .addService(new ByteEcho())
              .build()
              .start();
      System.out.println("serving");
      while (System.in.read() >= 0) {}
      server.shutdownNow().awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS);
    }
  }
}
