package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.ChannelCredentials;
import io.grpc.ForwardingChannelBuilder2;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;

/**
 * Builds channels over Unix domain sockets.
 *
 * <p>Every option of {@link ManagedChannelBuilder} works as it does over TCP, those of {@link
 * OkHttpChannelBuilder} are here as well. Without {@link ChannelCredentials} the channel is in
 * plain text, for the file's mode guards the socket; TLS is there for who asks for it. The
 * authority is {@code localhost} unless overridden, so a server's certificate has to name that.
 *
 * <p>A channel may have several sockets; {@code pick_first} takes the first that answers, {@code
 * round_robin} all in turn.
 */
public final class UdsChannelBuilder extends ForwardingChannelBuilder2<UdsChannelBuilder> {
  /** MIN_CONNECT_TIMEOUT of gRPC's connection backoff protocol. */
  private static final int DEFAULT_CONNECT_TIMEOUT_MILLIS = 20_000;

  /**
   * With OkHttp's 64 KiB a sender of large messages waits most of the time. So it does for as long
   * as one is handled, if the next does not fit: 4 MiB is gRPC's default limit.
   */
  private static final int DEFAULT_WINDOW_BYTES = 8 << 20;

  private static final String INLINE_WRITES = "grpcuds.inlineWrites";

  private final OkHttpChannelBuilder delegate;
  private final CredentialsGuard credentialsGuard;
  private int connectTimeoutMillis = DEFAULT_CONNECT_TIMEOUT_MILLIS;
  private PeerPolicy serverPolicy; // null: the default, which depends on the address
  private Executor transportExecutor; // null: the shared one
  private boolean inlineWrites = Boolean.parseBoolean(System.getProperty(INLINE_WRITES, "true"));

  private UdsChannelBuilder(
      UdsTarget target, OkHttpChannelBuilder delegate, CredentialsGuard credentialsGuard) {
    this.delegate = delegate;
    this.credentialsGuard = credentialsGuard;
    delegate.flowControlWindow(DEFAULT_WINDOW_BYTES);
    delegate.executor(SharedThreads.ofCallbacks());
    resolveItself(delegate, target);
    // The first added is the last to run: after the user's.
    delegate.intercept(WritingCall.interceptor());
    delegate.intercept(credentialsGuard);
  }

  private static UdsChannelBuilder create(UdsTarget target, ChannelCredentials creds) {
    Objects.requireNonNull(creds, "creds");
    CredentialsGuard guard = new CredentialsGuard();
    return new UdsChannelBuilder(
        target, OkHttpChannelBuilder.forTarget(target.toString(), guard.guard(creds)), guard);
  }

  /** Leaves security to usePlaintext and its kin, as builders without credentials do. */
  static UdsChannelBuilder createUnfrozen(UdsTarget target) {
    return new UdsChannelBuilder(
        target, OkHttpChannelBuilder.forTarget(target.toString()), new CredentialsGuard());
  }

  /** The only way to give one channel a resolver whose address types others do not see. */
  @SuppressWarnings("deprecation")
  private static void resolveItself(OkHttpChannelBuilder delegate, UdsTarget target) {
    delegate.nameResolverFactory(new CarrierNameResolverProvider(target));
  }

  /**
   * A channel in plain text to the socket file at a path.
   *
   * @throws IllegalArgumentException as {@link UdsAddress#ofPath} has it
   */
  public static UdsChannelBuilder forPath(String path) {
    return forAddress(UdsAddress.ofPath(path));
  }

  /**
   * A channel to the socket file at a path.
   *
   * @throws IllegalArgumentException as {@link UdsAddress#ofPath} has it, or if grpc-okhttp does
   *     not understand the credentials
   */
  public static UdsChannelBuilder forPath(String path, ChannelCredentials creds) {
    return forAddress(UdsAddress.ofPath(path), creds);
  }

  /** A channel in plain text to a socket. */
  public static UdsChannelBuilder forAddress(UdsAddress address) {
    return forAddresses(Collections.singleton(address));
  }

  /**
   * A channel to a socket.
   *
   * @throws IllegalArgumentException if grpc-okhttp does not understand the credentials
   */
  public static UdsChannelBuilder forAddress(UdsAddress address, ChannelCredentials creds) {
    return forAddresses(Collections.singleton(address), creds);
  }

  /**
   * A channel in plain text to several sockets.
   *
   * @throws IllegalArgumentException if there are none, or paths and abstract names are mixed
   */
  public static UdsChannelBuilder forAddresses(Collection<UdsAddress> addresses) {
    return createUnfrozen(UdsTarget.of(addresses)).usePlaintext();
  }

  /**
   * A channel to several sockets.
   *
   * @throws IllegalArgumentException if there are none, paths and abstract names are mixed, or
   *     grpc-okhttp does not understand the credentials
   */
  public static UdsChannelBuilder forAddresses(
      Collection<UdsAddress> addresses, ChannelCredentials creds) {
    return create(UdsTarget.of(addresses), creds);
  }

  /**
   * A channel in plain text to what a target names: {@code unix:/path}, {@code unix:relative},
   * {@code unix:///path} or {@code unix-abstract:name}, percent-escapes decoded; several are
   * separated by commas, as in {@code unix:/a.sock,/b.sock}. A comma inside a path is %2C.
   *
   * @throws IllegalArgumentException if the target has another form
   */
  public static UdsChannelBuilder forTarget(String target) {
    return createUnfrozen(UdsTarget.parse(target)).usePlaintext();
  }

  /**
   * A channel to what a target names, as {@link #forTarget(String)} has it.
   *
   * @throws IllegalArgumentException if the target has another form, or grpc-okhttp does not
   *     understand the credentials
   */
  public static UdsChannelBuilder forTarget(String target, ChannelCredentials creds) {
    return create(UdsTarget.parse(target), creds);
  }

  /**
   * Not for Unix domain sockets, which have no host and port.
   *
   * @throws UnsupportedOperationException always
   */
  @SuppressWarnings("DoNotCallSuggester") // it only shadows the inherited method
  public static UdsChannelBuilder forAddress(String name, int port) {
    throw new UnsupportedOperationException(
        "a Unix domain socket has no host and port: call forPath(path) or forTarget(\"unix:path\")");
  }

  /**
   * Limits how long a connect waits for a server whose backlog is full; every other failure shows
   * at once. Default: 20 seconds.
   *
   * @throws IllegalArgumentException if the time is not positive, in milliseconds
   */
  public UdsChannelBuilder connectTimeout(long timeout, TimeUnit unit) {
    long millis = unit.toMillis(timeout);
    if (millis <= 0) {
      throw new IllegalArgumentException("connect timeout not positive: " + timeout + " " + unit);
    }
    connectTimeoutMillis = (int) Math.min(Integer.MAX_VALUE, millis);
    return this;
  }

  /**
   * Sets who may be the server: the process that made the socket listen, which for an inherited one
   * is not the one that serves (systemd's is root or the user's manager). Others are sent nothing,
   * and calls fail with UNAVAILABLE and the reason.
   *
   * <p>A server that a policy has let pass, and that not anybody would, gets {@link
   * io.grpc.CallCredentials} in plain text as well; calls with them fail with UNAUTHENTICATED if
   * their connection has neither such a policy nor TLS.
   *
   * <p>Default: {@link PeerPolicy#anyUser} for a path, and {@link PeerPolicy#sameUser} for an
   * abstract name, which any user of the machine can take.
   */
  public UdsChannelBuilder serverPolicy(PeerPolicy policy) {
    serverPolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Sets the HTTP/2 flow-control window, in bytes, of each call. Default: 8 MiB.
   *
   * @see OkHttpChannelBuilder#flowControlWindow
   */
  public UdsChannelBuilder flowControlWindow(int bytes) {
    delegate.flowControlWindow(bytes);
    return this;
  }

  /**
   * Sets what runs the callbacks of calls. Default: threads that all such channels share, as many
   * as there are processors, at least 4, and one more for each that is blocked; they end after a
   * second without work.
   *
   * @param executor not owned by the channel; null for the default
   */
  @Override
  public UdsChannelBuilder executor(Executor executor) {
    delegate.executor(executor == null ? SharedThreads.ofCallbacks() : executor);
    return this;
  }

  /**
   * Sets where the transports read and write.
   *
   * @param executor not owned by the channel; null for the shared one
   * @see OkHttpChannelBuilder#transportExecutor
   */
  public UdsChannelBuilder transportExecutor(Executor executor) {
    transportExecutor = executor;
    return this;
  }

  /**
   * Sets whether a call's methods, such as {@code sendMessage}, write to the socket themselves,
   * which saves a hand-over to another thread; they never wait for the socket: what it does not
   * take is written by the transport executor. Default: true, or what the system property {@code
   * grpcuds.inlineWrites} says; TLS always writes in the transport executor.
   */
  public UdsChannelBuilder inlineWrites(boolean enable) {
    inlineWrites = enable;
    return this;
  }

  /**
   * Sets what runs timers, such as keepalive's.
   *
   * @param scheduler not owned by the channel
   * @see OkHttpChannelBuilder#scheduledExecutorService
   */
  public UdsChannelBuilder scheduledExecutorService(ScheduledExecutorService scheduler) {
    delegate.scheduledExecutorService(scheduler);
    return this;
  }

  /**
   * Sets what makes TLS sockets, and asks for TLS. Not together with {@link ChannelCredentials}.
   *
   * @see OkHttpChannelBuilder#sslSocketFactory
   */
  public UdsChannelBuilder sslSocketFactory(SSLSocketFactory factory) {
    delegate.sslSocketFactory(factory);
    return this;
  }

  /**
   * Sets who checks the name in the server's certificate. Not together with {@link
   * ChannelCredentials}.
   *
   * @see OkHttpChannelBuilder#hostnameVerifier
   */
  public UdsChannelBuilder hostnameVerifier(HostnameVerifier verifier) {
    delegate.hostnameVerifier(verifier);
    return this;
  }

  /**
   * Sets TLS versions and cipher suites. Not together with {@link ChannelCredentials}.
   *
   * @see OkHttpChannelBuilder#tlsConnectionSpec
   */
  public UdsChannelBuilder tlsConnectionSpec(String[] tlsVersions, String[] cipherSuites) {
    delegate.tlsConnectionSpec(tlsVersions, cipherSuites);
    return this;
  }

  @Override
  protected ManagedChannelBuilder<?> delegate() {
    return delegate;
  }

  @Override
  public ManagedChannel build() {
    Executor pool = transportExecutor == null ? SharedThreads.ofTransports() : transportExecutor;
    TransportExecutor executor = inlineWrites ? new TransportExecutor(pool) : null;
    TransportSocketFactory sockets =
        new TransportSocketFactory(connectTimeoutMillis, serverPolicy, credentialsGuard, executor);
    delegate.socketFactory(sockets);
    delegate.transportExecutor(inlineWrites ? executor : transportExecutor);
    return new UdsManagedChannel(super.build(), sockets);
  }
}
