package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider;
import io.grpc.ManagedChannelRegistry;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.TlsChannelCredentials;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdsChannelProviderTest {
  private static final ChannelCredentials INSECURE = InsecureChannelCredentials.create();
  private static final int HTTP2_PREFACE = 'P';
  private static final int TLS_HANDSHAKE = 0x16;

  @TempDir Path dir;

  /** The first byte that a channel sends to the socket at an address. */
  private static int firstByte(ManagedChannelBuilder<?> builder, UdsAddress address)
      throws Exception {
    ManagedChannel channel = builder.build();
    int limitMillis = (int) TimeUnit.SECONDS.toMillis(Calls.LIMIT_SECONDS);
    try (ServerSocket server = new UdsServerSocketFactory(address).createServerSocket(0)) {
      server.setSoTimeout(limitMillis);
      channel.getState(true);
      try (Socket accepted = server.accept()) {
        accepted.setSoTimeout(limitMillis);
        return accepted.getInputStream().read();
      }
    } finally {
      Calls.shutdown(channel);
    }
  }

  private static <T> Set<Class<?>> classesOf(Iterable<T> services) {
    Set<Class<?>> classes = new HashSet<>();
    services.forEach(service -> classes.add(service.getClass()));
    return classes;
  }

  @Test
  void serviceLoaderFindsTheChannelProvider() {
    Set<Class<?>> found = classesOf(ServiceLoader.load(ManagedChannelProvider.class));
    assertTrue(found.contains(UdsChannelProvider.class), () -> "found " + found);
  }

  @Test
  void serviceLoaderFindsTheResolversOfBothSchemes() {
    Set<Class<?>> found = classesOf(ServiceLoader.load(NameResolverProvider.class));
    assertTrue(found.contains(UdsNameResolverProvider.class), () -> "found " + found);
    assertTrue(found.contains(UdsAbstractNameResolverProvider.class), () -> "found " + found);
  }

  @Test
  void grpcAsksOurResolversForOurSchemes() {
    NameResolverRegistry registry = NameResolverRegistry.getDefaultRegistry();
    assertSame(UdsNameResolverProvider.class, registry.getProviderForScheme("unix").getClass());
    assertSame(
        UdsAbstractNameResolverProvider.class,
        registry.getProviderForScheme("unix-abstract").getClass());
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix:", "unix://", "UNIX:"})
  void absolutePath(String prefix) throws Exception {
    Path path = dir.resolve("s");
    ManagedChannelBuilder<?> builder = Grpc.newChannelBuilder(prefix + path, INSECURE);
    assertInstanceOf(UdsChannelBuilder.class, builder);
    assertEquals(HTTP2_PREFACE, firstByte(builder, UdsAddress.ofPath(path.toString())));
  }

  @Test
  void relativePath() throws Exception {
    Path path = dir.resolve("s");
    Path relative = Paths.get("").toAbsolutePath().relativize(path);
    ManagedChannelBuilder<?> builder = Grpc.newChannelBuilder("unix:" + relative, INSECURE);
    assertEquals(HTTP2_PREFACE, firstByte(builder, UdsAddress.ofPath(path.toString())));
  }

  @Test
  void abstractName() throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("os.name").startsWith("Linux"), "abstract names are Linux's");
    Assumptions.assumeFalse(
        "jdk".equals(System.getProperty("grpcuds.backend")), "backend jdk has no abstract names");
    UdsAddress address = UdsAddress.ofAbstract(UUID.randomUUID().toString());
    ManagedChannelBuilder<?> builder = Grpc.newChannelBuilder(address.toString(), INSECURE);
    assertInstanceOf(UdsChannelBuilder.class, builder);
    assertEquals(HTTP2_PREFACE, firstByte(builder, address));
  }

  @Test
  void severalSockets() throws Exception {
    Path second = dir.resolve("second");
    String target = "unix:" + dir.resolve("missing") + "," + second;
    assertEquals(
        HTTP2_PREFACE,
        firstByte(Grpc.newChannelBuilder(target, INSECURE), UdsAddress.ofPath(second.toString())));
  }

  @Test
  void tlsCredentialsMeanTls() throws Exception {
    Path path = dir.resolve("s");
    assertEquals(
        TLS_HANDSHAKE,
        firstByte(
            Grpc.newChannelBuilder("unix:" + path, TlsChannelCredentials.create()),
            UdsAddress.ofPath(path.toString())));
  }

  /** ManagedChannelBuilder's contract: TLS unless the user says otherwise. */
  @Test
  void forTargetMeansTls() throws Exception {
    Path path = dir.resolve("s");
    ManagedChannelBuilder<?> builder = ManagedChannelBuilder.forTarget("unix:" + path);
    assertInstanceOf(UdsChannelBuilder.class, builder);
    assertEquals(TLS_HANDSHAKE, firstByte(builder, UdsAddress.ofPath(path.toString())));
  }

  @Test
  void forTargetWithUsePlaintextMeansPlainText() throws Exception {
    Path path = dir.resolve("s");
    assertEquals(
        HTTP2_PREFACE,
        firstByte(
            ManagedChannelBuilder.forTarget("unix:" + path).usePlaintext(),
            UdsAddress.ofPath(path.toString())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dns:///localhost:1", "localhost:1", "unregistered:/a", "unixy:/a"})
  void otherTargetsStayWithTheProviderOfOthers(String target) {
    assertInstanceOf(OkHttpChannelBuilder.class, ManagedChannelBuilder.forTarget(target));
    assertInstanceOf(OkHttpChannelBuilder.class, Grpc.newChannelBuilder(target, INSECURE));
  }

  @Test
  void hostsAndPortsStayWithTheProviderOfOthers() {
    assertInstanceOf(OkHttpChannelBuilder.class, ManagedChannelBuilder.forAddress("localhost", 1));
    assertInstanceOf(
        OkHttpChannelBuilder.class, Grpc.newChannelBuilderForAddress("localhost", 1, INSECURE));
  }

  /** Fails if a gRPC release hides its list of providers from {@link NextProvider}. */
  @Test
  void nextProviderIsTheOneOfTheNextHighestPriority() {
    FixedProvider next = new FixedProvider();
    ManagedChannelRegistry.getDefaultRegistry().register(next);
    try {
      assertSame(next.builder, ManagedChannelBuilder.forTarget("dns:///localhost:1"));
      assertSame(next.builder, ManagedChannelBuilder.forAddress("localhost", 1));
      assertSame(next.builder, Grpc.newChannelBuilder("dns:///localhost:1", INSECURE));
      assertInstanceOf(UdsChannelBuilder.class, ManagedChannelBuilder.forTarget("unix:/a"));
      assertInstanceOf(UdsChannelBuilder.class, Grpc.newChannelBuilder("unix:/a", INSECURE));
    } finally {
      ManagedChannelRegistry.getDefaultRegistry().deregister(next);
    }
  }

  @Test
  void unknownCredentialsAreAnErrorThatNamesThem() {
    ManagedChannelRegistry.ProviderNotFoundException e =
        assertThrows(
            ManagedChannelRegistry.ProviderNotFoundException.class,
            () -> Grpc.newChannelBuilder("unix:/a", new UnknownCredentials()));
    assertTrue(e.getMessage().contains(UnknownCredentials.class.getName()), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix://host/a", "unix:/a,,/b", "unix:/a?b"})
  void badTargetIsNamed(String target) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Grpc.newChannelBuilder(target, INSECURE));
    assertTrue(e.getMessage().contains("\"" + target + "\""), e.getMessage());
    e = assertThrows(IllegalArgumentException.class, () -> ManagedChannelBuilder.forTarget(target));
    assertTrue(e.getMessage().contains("\"" + target + "\""), e.getMessage());
  }

  /** gRPC takes what is no URI for the name of a host. */
  @Test
  void emptyTargetIsRefusedNotLookedUp() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> Grpc.newChannelBuilder("unix:", INSECURE));
    assertEquals("path is empty: \"unix:\"", e.getMessage());
  }

  @Test
  void pathThatIsNoUriIsOursAllTheSame() throws Exception {
    Path path = dir.resolve("with space");
    assertEquals(
        HTTP2_PREFACE,
        firstByte(
            Grpc.newChannelBuilder("unix:" + path, INSECURE), UdsAddress.ofPath(path.toString())));
  }

  /** Stands between us and grpc-okhttp. */
  private static final class FixedProvider extends ManagedChannelProvider {
    final ManagedChannelBuilder<?> builder = OkHttpChannelBuilder.forTarget("localhost:1");

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 6;
    }

    @Override
    protected ManagedChannelBuilder<?> builderForAddress(String name, int port) {
      return builder;
    }

    @Override
    protected ManagedChannelBuilder<?> builderForTarget(String target) {
      return builder;
    }

    @Override
    protected NewChannelBuilderResult newChannelBuilder(String target, ChannelCredentials creds) {
      return NewChannelBuilderResult.channelBuilder(builder);
    }

    @Override
    protected Collection<Class<? extends SocketAddress>> getSupportedSocketAddressTypes() {
      return Collections.<Class<? extends SocketAddress>>singleton(InetSocketAddress.class);
    }
  }

  private static final class UnknownCredentials extends ChannelCredentials {
    @Override
    public ChannelCredentials withoutBearerTokens() {
      return this;
    }
  }
}
