package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.BusyPoll;
import io.grpc.ChannelCredentials;
import io.grpc.ForwardingChannelBuilder2;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.internal.KeepAliveManager;
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
 * <p>Every option of {@link ManagedChannelBuilder} works as it does over TCP, and so do those of
 * {@link OkHttpChannelBuilder}. Without {@link ChannelCredentials} the channel speaks plain text,
 * because the file's mode guards the socket. The authority is {@code localhost} unless you override
 * it, so a server's certificate has to name {@code localhost}.
 *
 * <p>A channel can have several sockets: {@code pick_first} takes the first that answers, {@code
 * round_robin} uses all in turn.
 */
public final class UdsChannelBuilder extends ForwardingChannelBuilder2<UdsChannelBuilder> {
  /** MIN_CONNECT_TIMEOUT of gRPC's connection backoff protocol. */
  private static final int DEFAULT_CONNECT_TIMEOUT_MILLIS = 20_000;

  /**
   * With OkHttp's 64 KiB a sender of large messages waits most of the time. So it does for as long
   * as one is handled, if the next does not fit: 4 MiB is gRPC's default limit.
   */
  private static final int LARGEST_DEFAULT_WINDOW = 8 << 20;

  private static final int SMALLEST_DEFAULT_WINDOW = 1 << 20;

  /** A call that nobody reads may hold so much of a small heap, such as Android's. */
  private static final int SHARE_OF_HEAP = 64;

  /** What gRPC recommends is 8 KiB, and grpc-okhttp's own default is to hold any amount. */
  private static final int DEFAULT_METADATA_BYTES = 1 << 20;

  private static final int BLOCK_SLACK_BYTES = 16_384;

  /** This and more switches keepalive off, as in grpc-okhttp. */
  static final long KEEPALIVE_OFF_NANOS = TimeUnit.DAYS.toNanos(1000);

  private static final String INLINE_WRITES = "grpcuds.inlineWrites";
  private static final String WATCH_SOCKET = "grpcuds.watchSocket";

  private final UdsTarget target;
  private final DelegateBuilder builder;
  private final CredentialsGuard credentialsGuard;
  private final WritingCall.Interceptor writingCalls = new WritingCall.Interceptor();
  private int connectTimeoutMillis = DEFAULT_CONNECT_TIMEOUT_MILLIS;
  private PeerPolicy serverPolicy; // null: the default, which depends on the address
  private Executor transportExecutor; // null: the shared one
  private int maxMetadataBytes = DEFAULT_METADATA_BYTES;
  private long busyPollNanos = BusyPoll.defaultNanos();
  private long keepAliveNanos = KEEPALIVE_OFF_NANOS;
  private long keepAliveTimeoutNanos = TimeUnit.SECONDS.toNanos(20); // gRPC's default
  private boolean inlineWrites = Boolean.parseBoolean(System.getProperty(INLINE_WRITES, "true"));
  private boolean watchSocket = Boolean.parseBoolean(System.getProperty(WATCH_SOCKET, "true"));

  private UdsChannelBuilder(
      UdsTarget target, DelegateBuilder builder, CredentialsGuard credentialsGuard) {
    this.target = target;
    this.builder = builder;
    this.credentialsGuard = credentialsGuard;
    flowControlWindow(defaultWindow(Runtime.getRuntime().maxMemory()));
    maxInboundMetadataSize(DEFAULT_METADATA_BYTES);
    executor(null);
    resolveItself(delegate(), target);
    // The first added is the last to run: after the user's.
    delegate().intercept(writingCalls);
    delegate().intercept(credentialsGuard);
    delegate().intercept(new ExplainedStatus());
  }

  private static UdsChannelBuilder create(UdsTarget target, ChannelCredentials creds) {
    Objects.requireNonNull(creds, "creds");
    CredentialsGuard guard = new CredentialsGuard();
    String name = target.toString();
    ChannelCredentials guarded = guard.guard(creds);
    DelegateBuilder builder =
        PlainTransports.work()
            ? new CoreDelegateBuilder(name, guarded)
            : new OkHttpDelegateBuilder(OkHttpChannelBuilder.forTarget(name, guarded));
    return new UdsChannelBuilder(target, builder, guard);
  }

  /** Leaves security to usePlaintext and its kin, as builders without credentials do. */
  static UdsChannelBuilder createUnfrozen(UdsTarget target) {
    String name = target.toString();
    DelegateBuilder builder =
        PlainTransports.work()
            ? new CoreDelegateBuilder(name, null)
            : new OkHttpDelegateBuilder(OkHttpChannelBuilder.forTarget(name));
    return new UdsChannelBuilder(target, builder, new CredentialsGuard());
  }

  /** The only way to give one channel a resolver whose address types others do not see. */
  @SuppressWarnings("deprecation")
  private static void resolveItself(ManagedChannelBuilder<?> delegate, UdsTarget target) {
    delegate.nameResolverFactory(new CarrierNameResolverProvider(target));
  }

  /**
   * Returns a builder for a channel in plain text to the socket file at a path.
   *
   * @throws IllegalArgumentException as for {@link UdsAddress#ofPath}
   */
  public static UdsChannelBuilder forPath(String path) {
    return forAddress(UdsAddress.ofPath(path));
  }

  /**
   * Returns a builder for a channel to the socket file at a path.
   *
   * @throws IllegalArgumentException as for {@link UdsAddress#ofPath}, or if grpc-okhttp does not
   *     understand the credentials
   */
  public static UdsChannelBuilder forPath(String path, ChannelCredentials creds) {
    return forAddress(UdsAddress.ofPath(path), creds);
  }

  /** Returns a builder for a channel in plain text to a socket. */
  public static UdsChannelBuilder forAddress(UdsAddress address) {
    return forAddresses(Collections.singleton(address));
  }

  /**
   * Returns a builder for a channel to a socket.
   *
   * @throws IllegalArgumentException if grpc-okhttp does not understand the credentials
   */
  public static UdsChannelBuilder forAddress(UdsAddress address, ChannelCredentials creds) {
    return forAddresses(Collections.singleton(address), creds);
  }

  /**
   * Returns a builder for a channel in plain text to several sockets.
   *
   * @throws IllegalArgumentException if there are none, or paths and abstract names are mixed
   */
  public static UdsChannelBuilder forAddresses(Collection<UdsAddress> addresses) {
    return createUnfrozen(UdsTarget.of(addresses)).usePlaintext();
  }

  /**
   * Returns a builder for a channel to several sockets.
   *
   * @throws IllegalArgumentException if there are none, paths and abstract names are mixed, or
   *     grpc-okhttp does not understand the credentials
   */
  public static UdsChannelBuilder forAddresses(
      Collection<UdsAddress> addresses, ChannelCredentials creds) {
    return create(UdsTarget.of(addresses), creds);
  }

  /**
   * Returns a builder for a channel in plain text to what a target names: {@code unix:/path},
   * {@code unix:relative}, {@code unix:///path} or {@code unix-abstract:name}. Percent-escapes are
   * decoded. Commas separate several sockets, as in {@code unix:/a.sock,/b.sock}; a comma inside a
   * path is %2C.
   *
   * @throws IllegalArgumentException if the target has another form
   */
  public static UdsChannelBuilder forTarget(String target) {
    return createUnfrozen(UdsTarget.parse(target)).usePlaintext();
  }

  /**
   * Returns a builder for a channel to what a target names, in the forms of {@link
   * #forTarget(String)}.
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
        "a Unix domain socket has no host and port: call forPath(path) or"
            + " forTarget(\"unix:path\")");
  }

  /**
   * Limits how long an attempt to connect may take until the server has sent its HTTP/2 SETTINGS,
   * the TLS handshake included. If a server does not answer in that time, because it is stopped or
   * stuck or its backlog is full, the attempt ends: the status says which step was missing, and
   * {@code pick_first} goes on to the channel's next socket. All other failures show at once.
   * Default: 20 seconds.
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
   * Sets who may be the server. The policy judges the process that made the socket listen. For an
   * inherited socket that is not the process that serves: systemd's sockets are root's or those of
   * the user's manager. A server that the policy refuses is sent nothing, and calls fail with
   * UNAVAILABLE and the reason.
   *
   * <p>{@link io.grpc.CallCredentials} are sent in plain text only if a policy has accepted the
   * server, and only if that policy does not accept everybody. Calls with credentials fail with
   * UNAUTHENTICATED if their connection has neither such a policy nor TLS.
   *
   * <p>Default: {@link PeerPolicy#anyUser} for a path, and {@link PeerPolicy#sameUser} for an
   * abstract name, which any user of the machine can take.
   */
  public UdsChannelBuilder serverPolicy(PeerPolicy policy) {
    serverPolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  static int defaultWindow(long heap) {
    return (int)
        Math.max(SMALLEST_DEFAULT_WINDOW, Math.min(LARGEST_DEFAULT_WINDOW, heap / SHARE_OF_HEAP));
  }

  /**
   * Sets the HTTP/2 flow-control window of each call, in bytes: how much a server may send before
   * the application asks for it. Default: 1/64 of the maximum heap, but at least 1 MiB and at most
   * 8 MiB.
   *
   * @see OkHttpChannelBuilder#flowControlWindow
   */
  public UdsChannelBuilder flowControlWindow(int bytes) {
    builder.flowControlWindow(bytes);
    return this;
  }

  /**
   * Sets how large the metadata that a server sends at once may be, in bytes: names and values, and
   * 32 bytes extra for each field. A call whose server sends more fails with RESOURCE_EXHAUSTED. A
   * header block whose encoded form is larger than that ends the connection. Default: 1 MiB.
   */
  @Override
  public UdsChannelBuilder maxInboundMetadataSize(int bytes) {
    delegate().maxInboundMetadataSize(bytes);
    maxMetadataBytes = bytes;
    return this;
  }

  /**
   * Sets the executor that runs the callbacks of calls. Default: threads that all such channels
   * share: as many as there are processors, at least 4, and one more for each that is blocked. They
   * end after a second without work.
   *
   * @param executor not owned by the channel; null for the default
   */
  @Override
  public UdsChannelBuilder executor(Executor executor) {
    Executor shared = executor == null ? SharedThreads.ofCallbacks() : null;
    writingCalls.setCallbacks(shared);
    delegate().executor(shared == null ? executor : shared);
    return this;
  }

  /**
   * Sets the executor in which the transports read and write.
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
   * which saves a hand-over to another thread. They never wait for the socket: the transport
   * executor writes what the socket does not take, and also messages that a call sends in quick
   * succession. With TLS the transport executor always writes. Default: true, or what the system
   * property {@code grpcuds.inlineWrites} says.
   */
  public UdsChannelBuilder inlineWrites(boolean enable) {
    inlineWrites = enable;
    return this;
  }

  /**
   * Sets whether a channel that finds no server connects as soon as there is one, instead of at the
   * end of gRPC's back-off, which grows to two minutes. The process watches the folders of the
   * socket until its file appears, and tries a file without a server, or an abstract name, some 50
   * times a second, once for all its channels. So calls that wait ({@code withWaitForReady}) and
   * retry policies are served as soon as possible. The back-off still applies to a server that
   * accepts and then fails. Default: true, or what the system property {@code grpcuds.watchSocket}
   * says.
   */
  public UdsChannelBuilder watchSocket(boolean enable) {
    watchSocket = enable;
    return this;
  }

  /**
   * Sets for how long a connection looks for the server's answer before its thread sleeps, which
   * halves the time of a short call. It looks only while little arrives at a time and looking finds
   * something, and it gives the processor to others between two looks. By default the connection
   * decides for each wait, from what it costs to wake a thread on this machine and from how long
   * the last answers took. It does not look while the processors have other work, or if there is
   * only one. The system property {@code grpcuds.busyPollMicros} changes the default.
   *
   * @param time up to a millisecond; 0 for threads that sleep at once
   * @throws IllegalArgumentException if the time is negative, or longer than that
   */
  public UdsChannelBuilder busyPollTime(long time, TimeUnit unit) {
    busyPollNanos = BusyPoll.checkedNanos(time, unit);
    return this;
  }

  /**
   * Sets after how much silence the channel pings the server, as {@link
   * OkHttpChannelBuilder#keepAliveTime} does. If a server reads nothing at all for this time and
   * that of {@link #keepAliveTimeout} together while something waits to be written, it loses its
   * connection at once, and no thread waits for it any longer. Default: never.
   */
  @Override
  public UdsChannelBuilder keepAliveTime(long time, TimeUnit unit) {
    delegate().keepAliveTime(time, unit);
    keepAliveNanos = unit.toNanos(time);
    return this;
  }

  /**
   * Sets how long the server may take to answer a ping. Default: 20 seconds.
   *
   * @see OkHttpChannelBuilder#keepAliveTimeout
   */
  @Override
  public UdsChannelBuilder keepAliveTimeout(long timeout, TimeUnit unit) {
    delegate().keepAliveTimeout(timeout, unit);
    keepAliveTimeoutNanos = Math.min(unit.toNanos(timeout), KEEPALIVE_OFF_NANOS);
    return this;
  }

  /**
   * Sets the scheduler that runs timers, such as those of keepalive.
   *
   * @param scheduler not owned by the channel
   * @see OkHttpChannelBuilder#scheduledExecutorService
   */
  public UdsChannelBuilder scheduledExecutorService(ScheduledExecutorService scheduler) {
    builder.scheduledExecutorService(scheduler);
    return this;
  }

  /**
   * Makes the channel use TLS, on sockets of this factory. Cannot be combined with {@link
   * ChannelCredentials}.
   *
   * @see OkHttpChannelBuilder#sslSocketFactory
   */
  public UdsChannelBuilder sslSocketFactory(SSLSocketFactory factory) {
    builder.sslSocketFactory(factory);
    return this;
  }

  /**
   * Sets what checks the name in the server's certificate. Cannot be combined with {@link
   * ChannelCredentials}.
   *
   * @see OkHttpChannelBuilder#hostnameVerifier
   */
  public UdsChannelBuilder hostnameVerifier(HostnameVerifier verifier) {
    builder.hostnameVerifier(verifier);
    return this;
  }

  /**
   * Sets TLS versions and cipher suites. Cannot be combined with {@link ChannelCredentials}.
   *
   * @see OkHttpChannelBuilder#tlsConnectionSpec
   */
  public UdsChannelBuilder tlsConnectionSpec(String[] tlsVersions, String[] cipherSuites) {
    builder.tlsConnectionSpec(tlsVersions, cipherSuites);
    return this;
  }

  @Override
  protected ManagedChannelBuilder<?> delegate() {
    return builder.builder();
  }

  @Override
  public ManagedChannel build() {
    HandshakeThreads pool =
        transportExecutor == null
            ? new HandshakeThreads(SharedThreads.ofTransports(), true)
            : new HandshakeThreads(transportExecutor, false);
    TransportExecutor executor = new TransportExecutor(pool, inlineWrites, maxBlockBytes());
    TransportSocketFactory sockets =
        new TransportSocketFactory(
            connectTimeoutMillis,
            serverPolicy,
            credentialsGuard,
            executor,
            pool,
            busyPollNanos,
            stuckMillis());
    if (inlineWrites) {
      writingCalls.enable();
    }
    builder.transports(sockets, executor);
    ManagedChannel channel = super.build();
    if (watchSocket) {
      sockets.wakes(channel);
    }
    return new UdsManagedChannel(channel, sockets, target);
  }

  /** As the server compresses it, a header block is not larger than what is in it, or little. */
  private long maxBlockBytes() {
    return (long) maxMetadataBytes + BLOCK_SLACK_BYTES;
  }

  /** Keepalive has failed by then, and its GOAWAY waits behind what the server does not read. */
  private long stuckMillis() {
    if (keepAliveNanos >= KEEPALIVE_OFF_NANOS) {
      return 0;
    }
    long nanos = KeepAliveManager.clampKeepAliveTimeInNanos(keepAliveNanos) + keepAliveTimeoutNanos;
    return TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
  }
}
