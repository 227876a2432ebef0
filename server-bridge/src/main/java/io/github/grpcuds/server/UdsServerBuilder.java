package io.github.grpcuds.server;

import com.google.common.util.concurrent.MoreExecutors;
import io.github.grpcuds.executor.internal.CallExecutor;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.BusyPoll;
import io.grpc.ForwardingServerBuilder;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Builds servers on Unix domain sockets.
 *
 * <p>Every option of {@link ServerBuilder} works as it does over TCP. Without {@link
 * ServerCredentials} the server speaks plain text, because the file's mode, 0600 by default, guards
 * the socket.
 *
 * <p>A path belongs to one live server. {@link Server#start} takes over the file of a server that
 * is gone; it fails with {@link java.net.BindException} if one is listening there, and with {@link
 * java.nio.file.FileSystemException} if something else is there, or if the folder is missing or not
 * writable. Shutting down deletes the file if it is still this server's.
 *
 * <p>What a client can make the server hold is bounded. A client that passes a bound loses its
 * connection or its call, and the log says which process it was. With the defaults you need not
 * trust your clients.
 */
public final class UdsServerBuilder extends ForwardingServerBuilder<UdsServerBuilder> {
  private static final String INLINE_CALLS = "grpcuds.inlineCalls";

  private static final long LEAST_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ServerBuilder<?> delegate;
  private final ServerConfig config = new ServerConfig();
  private final boolean inherits;
  private String ownersOption; // the last one set that is not ours to set on an inherited socket
  private TlsConfig tls;
  private boolean ownCallExecutor = true; // none is set by the user
  private boolean inlineCalls = Boolean.parseBoolean(System.getProperty(INLINE_CALLS, "true"));
  private CallExecutor callExecutor; // of the server that is built

  /**
   * A builder.
   *
   * @param address null for an inherited socket
   */
  private UdsServerBuilder(UdsAddress address, ServerCredentials creds) {
    GrpcVersion.check();
    this.inherits = address == null;
    this.tls = TlsCredentials.read(Objects.requireNonNull(creds, "creds"));
    this.delegate = new ServerFactory(address, config, () -> tls, () -> callExecutor).builder();
  }

  /**
   * Returns a builder for a server in plain text on the socket file at a path.
   *
   * @throws IllegalArgumentException as for {@link UdsAddress#ofPath}
   */
  public static UdsServerBuilder forPath(String path) {
    return forAddress(UdsAddress.ofPath(path));
  }

  /**
   * Returns a builder for a server on the socket file at a path.
   *
   * @throws IllegalArgumentException as for {@link UdsAddress#ofPath}, or if the credentials are of
   *     an unknown kind
   */
  public static UdsServerBuilder forPath(String path, ServerCredentials creds) {
    return forAddress(UdsAddress.ofPath(path), creds);
  }

  /** Returns a builder for a server in plain text on a socket. */
  public static UdsServerBuilder forAddress(UdsAddress address) {
    return forAddress(address, InsecureServerCredentials.create());
  }

  /**
   * Returns a builder for a server on a socket.
   *
   * @throws IllegalArgumentException if the credentials are of an unknown kind
   */
  public static UdsServerBuilder forAddress(UdsAddress address, ServerCredentials creds) {
    return new UdsServerBuilder(Objects.requireNonNull(address, "address"), creds);
  }

  /**
   * Returns a builder for a server in plain text on what a target names, such as {@code
   * unix:/run/app.sock}.
   *
   * @throws IllegalArgumentException as for {@link UdsAddress#parse}
   */
  public static UdsServerBuilder forTarget(String target) {
    return forAddress(UdsAddress.parse(target));
  }

  /**
   * Returns a builder for a server on what a target names, such as {@code unix:/run/app.sock}.
   *
   * @throws IllegalArgumentException as for {@link UdsAddress#parse}, or if the credentials are of
   *     an unknown kind
   */
  public static UdsServerBuilder forTarget(String target, ServerCredentials creds) {
    return forAddress(UdsAddress.parse(target), creds);
  }

  /**
   * Returns a builder for a server in plain text on the only socket that was passed to this
   * process: by systemd (<a
   * href="https://man7.org/linux/man-pages/man3/sd_listen_fds.3.html">sd_listen_fds(3)</a>) or, if
   * it passed none, as standard input (inetd, {@code StandardInput=socket}).
   *
   * <p>The socket and its file belong to the program that made them. The server neither changes nor
   * deletes them, so you cannot set {@link #socketFile} and {@link #backlog}. After the server has
   * shut down, connections wait in the socket's backlog for the next server. Standard input stays
   * open even then. The JDK backend serves no other descriptor.
   *
   * <p>{@link Server#start} looks at what was passed. It fails with {@link IOException} if nothing
   * was passed or more than one socket, if the descriptor is not a Unix stream socket that listens,
   * or if it was taken before: a process can take each descriptor once. The JDK backend cannot tell
   * whether a socket listens. If it does not, the server starts and logs that it cannot accept.
   */
  public static UdsServerBuilder inherited() {
    return inherited(InsecureServerCredentials.create());
  }

  /**
   * Returns a builder for a server on the only socket that was passed to this process.
   *
   * @throws IllegalArgumentException if the credentials are of an unknown kind
   * @see #inherited()
   */
  public static UdsServerBuilder inherited(ServerCredentials creds) {
    return new UdsServerBuilder(null, creds);
  }

  /**
   * Returns a builder for a server in plain text on one of the sockets that were passed to this
   * process.
   *
   * @param name the {@code FileDescriptorName=} of systemd.socket(5); by default that is the name
   *     of the socket unit, such as {@code app.socket}
   * @see #inherited()
   */
  public static UdsServerBuilder inherited(String name) {
    return inherited(name, InsecureServerCredentials.create());
  }

  /**
   * Returns a builder for a server on one of the sockets that were passed to this process.
   *
   * @param name as in {@link #inherited(String)}
   * @throws IllegalArgumentException if the credentials are of an unknown kind
   * @see #inherited()
   */
  public static UdsServerBuilder inherited(String name, ServerCredentials creds) {
    Objects.requireNonNull(name, "name");
    UdsServerBuilder builder = inherited(creds);
    builder.config.inheritedName = name;
    return builder;
  }

  /**
   * Not for Unix domain sockets, which have no port.
   *
   * @throws UnsupportedOperationException always
   */
  @SuppressWarnings("DoNotCallSuggester") // it only shadows the inherited method
  public static UdsServerBuilder forPort(int port) {
    throw new UnsupportedOperationException(
        "a Unix domain socket has no port: call forPath(path) or forAddress(address)");
  }

  /**
   * Sets how the socket file is made and whether it is deleted. Default: mode 0600, deleted on
   * shutdown.
   */
  public UdsServerBuilder socketFile(SocketFileOptions options) {
    config.socketFile = Objects.requireNonNull(options, "options");
    ownersOption = "socketFile";
    return this;
  }

  /**
   * Sets who may connect. The server disconnects all others before it reads a byte, their calls
   * fail with UNAVAILABLE, and the log says which process it was and why. The thread that accepts
   * connections asks the policy, so a policy that looks names up ({@link PeerPolicy#user}) needs a
   * user database that answers quickly. {@link Server#start} fails if the policy would refuse
   * everybody, because there are no users with these names, or because the server cannot learn who
   * connects (Windows, a Java runtime without the module jdk.net).
   *
   * <p>Default: {@link PeerPolicy#anyUser} for a path, which its file's mode guards, and {@link
   * PeerPolicy#sameUser} for an abstract name, which any user of the machine can reach.
   */
  public UdsServerBuilder peerPolicy(PeerPolicy policy) {
    config.peerPolicy = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /**
   * Sets how many connections can wait to be accepted. Clients beyond that wait in their connect,
   * until it times out. The kernel caps the number (net.core.somaxconn on Linux). Default: 1024.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdsServerBuilder backlog(int connections) {
    config.backlog = OptionValues.positive("backlog", connections);
    ownersOption = "backlog";
    return this;
  }

  /**
   * Makes the server tell systemd READY=1 when it has started and STOPPING=1 when it begins to shut
   * down, for {@code Type=notify} (<a
   * href="https://man7.org/linux/man-pages/man3/sd_notify.3.html">sd_notify(3)</a>). Without
   * NOTIFY_SOCKET in the environment this does nothing. Several servers each send their own
   * messages, so set this on the one that starts last.
   *
   * <p>It needs Java 22 or jnr-unixsocket, because the JDK has no Unix datagram sockets. Without
   * either the server starts all the same and logs that it cannot notify systemd.
   */
  public UdsServerBuilder notifySystemd() {
    config.notifySystemd = true;
    return this;
  }

  /**
   * Sets how many connections the server has at a time, including those in their handshakes.
   * Further ones wait in the {@link #backlog} until one has ended, or in their connect if the
   * backlog is full; {@link #refuseFurtherConnections} closes them instead. {@link
   * #maxConnectionIdle} ends idle connections, so that they do not keep their places. Default: no
   * limit but that of descriptors.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdsServerBuilder maxConnections(int connections) {
    config.maxConnections = OptionValues.positive("maxConnections", connections);
    return this;
  }

  /**
   * Closes connections beyond {@link #maxConnections} at once instead of letting them wait. Their
   * calls fail with UNAVAILABLE, clients back off before they connect again, and the log says which
   * process it was.
   */
  public UdsServerBuilder refuseFurtherConnections() {
    config.refuseFurtherConnections = true;
    return this;
  }

  /**
   * Sets how many threads read from and write to the connections. Most responses are written by the
   * threads that make them, so a few I/O threads serve thousands of connections. Default: the
   * number of processors, at most 4.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdsServerBuilder ioThreads(int threads) {
    config.ioThreads = OptionValues.positive("ioThreads", threads);
    return this;
  }

  /**
   * Sets the HTTP/2 flow-control window of each call, in bytes: how much a client may send before
   * the application asks for it. Default: 1 MiB. For a call that takes its messages as they come,
   * the default window grows to 8 MiB, or to a quarter of {@link #maxPendingBytesPerConnection}.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdsServerBuilder flowControlWindow(int bytes) {
    config.flowControlWindow = OptionValues.positive("flowControlWindow", bytes);
    config.largestWindow = bytes;
    return this;
  }

  /**
   * Sets how many calls one connection may have open at a time. A call counts until its handler has
   * returned, even if it was cancelled or its deadline has passed: until then the next one waits.
   * Default: 10,000.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdsServerBuilder maxConcurrentCallsPerConnection(int calls) {
    config.maxConcurrentCalls = OptionValues.positive("maxConcurrentCallsPerConnection", calls);
    return this;
  }

  /**
   * Sets how large a client's message may be, in bytes. A larger one ends its call with
   * RESOURCE_EXHAUSTED. Default: 4 MiB.
   *
   * @throws IllegalArgumentException if it is negative
   */
  @Override
  public UdsServerBuilder maxInboundMessageSize(int bytes) {
    config.maxInboundMessageSize = OptionValues.notNegative("maxInboundMessageSize", bytes);
    return this;
  }

  /**
   * Sets how large the header fields of a call may be together, in bytes, counting 32 bytes extra
   * for each field (RFC 9113, section 6.5.2). A call with more ends with RESOURCE_EXHAUSTED.
   * Default: 8192.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  @Override
  public UdsServerBuilder maxInboundMetadataSize(int bytes) {
    config.maxInboundMetadataSize = OptionValues.positive("maxInboundMetadataSize", bytes);
    return this;
  }

  /**
   * Sets how many bytes one connection may make the server hold each way: received messages that
   * the application has not read, and messages that wait for a client that does not read. Passing
   * the limit ends the call or the connection. Default: a sixteenth of the maximum heap, but not
   * less than 16 MiB or a message of the largest size, and otherwise not more than 1 GiB.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdsServerBuilder maxPendingBytesPerConnection(long bytes) {
    config.maxPendingBytes = OptionValues.positive("maxPendingBytesPerConnection", bytes);
    return this;
  }

  /**
   * How many bytes all connections together may make the server hold: messages on their way in and
   * out, header fields, open calls, and the connections themselves. By default two fifths of the
   * heap.
   *
   * <p>When half of that is taken, connections with more than their share are asked for no more and
   * their new calls are refused (gRPC's clients try those again by themselves), until there is
   * memory again. When all is taken, the connections that hold the most are ended, with
   * ENHANCE_YOUR_CALM and a line in the log.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdsServerBuilder maxPendingBytes(long bytes) {
    config.maxServerPendingBytes = OptionValues.positive("maxPendingBytes", bytes);
    return this;
  }

  /**
   * Sets how many calls a connection may reset per second, or cause to be reset. A burst may be ten
   * times as large, and larger still by as many calls as were open together: a client can always
   * cancel all its calls. A call that ends well gives one back. A call that is reset after its
   * answer has begun counts a tenth. More resets end the connection (CVE-2023-44487). Default: 500.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public UdsServerBuilder maxResetsPerSecond(int resets) {
    config.maxResetsPerSecond = OptionValues.positive("maxResetsPerSecond", resets);
    return this;
  }

  /**
   * Sets how long a client may take from its connect to the end of the handshakes: TLS, if there is
   * any, and the preface and SETTINGS of HTTP/2. Default: 120 seconds.
   *
   * @throws IllegalArgumentException if the time is not positive
   */
  @Override
  public UdsServerBuilder handshakeTimeout(long timeout, TimeUnit unit) {
    OptionValues.positive("handshakeTimeout", timeout, unit, 0);
    delegate.handshakeTimeout(timeout, unit);
    return this;
  }

  /**
   * Sets after how much silence the server pings a client: at least 10 seconds; 1000 days or more
   * switch it off. Default: 2 hours.
   *
   * @throws IllegalArgumentException if the time is not positive
   */
  @Override
  public UdsServerBuilder keepAliveTime(long time, TimeUnit unit) {
    config.keepAliveNanos =
        OptionValues.orOff(
            OptionValues.positive("keepAliveTime", time, unit, KeepAlive.LEAST_TIME_NANOS));
    return this;
  }

  /**
   * Sets how long a client may stay silent after a ping before it loses its connection; at least 10
   * milliseconds. Default: 20 seconds.
   *
   * @throws IllegalArgumentException if the time is not positive
   */
  @Override
  public UdsServerBuilder keepAliveTimeout(long timeout, TimeUnit unit) {
    config.keepAliveTimeoutNanos =
        OptionValues.positive("keepAliveTimeout", timeout, unit, KeepAlive.LEAST_TIMEOUT_NANOS);
    return this;
  }

  /**
   * Sets how long a client has to wait between two pings. A client that pings more often loses its
   * connection (GOAWAY "too_many_pings"). Default: 0, because on a local socket a ping costs
   * nothing, and guides for other languages tell clients to send one every few seconds; in gRPC's
   * other servers it is 5 minutes. More than 200 pings a second end the connection in any case.
   *
   * @throws IllegalArgumentException if the time is negative
   */
  @Override
  public UdsServerBuilder permitKeepAliveTime(long time, TimeUnit unit) {
    config.permitKeepAliveNanos = OptionValues.notNegative("permitKeepAliveTime", time, unit);
    return this;
  }

  /**
   * Sets whether clients may ping while they have no call. If false, they may do so every two
   * hours, whatever {@link #permitKeepAliveTime} says. Default: true; in gRPC's other servers it is
   * false.
   */
  @Override
  public UdsServerBuilder permitKeepAliveWithoutCalls(boolean permit) {
    config.permitKeepAliveWithoutCalls = permit;
    return this;
  }

  /**
   * Sets how long a connection may have no calls before the server ends it gracefully: at least a
   * second; 1000 days or more mean no limit. Default: no limit.
   *
   * @throws IllegalArgumentException if the time is not positive
   */
  @Override
  public UdsServerBuilder maxConnectionIdle(long time, TimeUnit unit) {
    config.maxIdleNanos = limit("maxConnectionIdle", time, unit);
    return this;
  }

  /**
   * Sets how old a connection may become before the server ends it gracefully: at least a second,
   * varied by 10 % at random; 1000 days or more mean no limit. Default: no limit.
   *
   * @throws IllegalArgumentException if the time is not positive
   */
  @Override
  public UdsServerBuilder maxConnectionAge(long time, TimeUnit unit) {
    config.maxAgeNanos = limit("maxConnectionAge", time, unit);
    return this;
  }

  private static long limit(String option, long time, TimeUnit unit) {
    return OptionValues.orOff(OptionValues.positive(option, time, unit, LEAST_LIMIT_NANOS));
  }

  /**
   * Sets how long calls may go on after their connection has become too old, before the server
   * cancels them. 1000 days or more mean no limit. Default: no limit.
   *
   * @throws IllegalArgumentException if the time is negative
   * @see #maxConnectionAge
   */
  @Override
  public UdsServerBuilder maxConnectionAgeGrace(long time, TimeUnit unit) {
    config.maxAgeGraceNanos =
        OptionValues.orOff(OptionValues.notNegative("maxConnectionAgeGrace", time, unit));
    return this;
  }

  /**
   * Sets the executor that runs calls: handlers, interceptors and all that belongs to them. A call
   * takes a thread only while it has something to do.
   *
   * <p>Default: threads of the server's own, as many as there are processors, at least 4, and one
   * more for each that is blocked. They end after a second without work. So handlers may block, on
   * each other too, and yet no number of calls makes more threads than have work.
   *
   * @param executor not owned by the server; null for the default
   */
  @Override
  public UdsServerBuilder executor(Executor executor) {
    ownCallExecutor = executor == null;
    config.directExecutor = executor == MoreExecutors.directExecutor();
    delegate.executor(
        ownCallExecutor || config.directExecutor ? executor : new CallDispatcher(executor));
    return this;
  }

  /**
   * Sets what chooses the executor of each call, by its method and headers. Where it chooses null,
   * the call runs in the {@link #executor}.
   *
   * @param supplier neither it nor its executors are owned by the server
   */
  @Override
  public UdsServerBuilder callExecutor(ServerCallExecutorSupplier supplier) {
    delegate.callExecutor(new DispatchingSupplier(supplier));
    return this;
  }

  /**
   * Sets whether calls that take a few microseconds run in the I/O thread that has read them, which
   * saves waking another thread. Handlers may block all the same: the server times them and runs
   * methods that take longer in other threads. If a handler keeps an I/O thread, waiting for a
   * millisecond or two or working for ten, it stays in that thread and another thread takes over
   * the connections. Default: true, or what the system property {@code grpcuds.inlineCalls} says.
   * Without effect if an {@link #executor} or a {@link #transportExecutor} is set.
   */
  public UdsServerBuilder inlineCalls(boolean enable) {
    inlineCalls = enable;
    return this;
  }

  /**
   * Sets for how long an I/O thread looks for more input before it sleeps, which halves the time of
   * a short call. It looks only while little arrives at a time and looking finds something, and it
   * gives the processor to others between two looks. By default the thread decides for each wait,
   * from what it costs to wake a thread on this machine and from how long the last waits were. It
   * does not look while the processors have other work, or if there is only one. The system
   * property {@code grpcuds.busyPollMicros} changes the default.
   *
   * @param time up to a millisecond; 0 for threads that sleep at once
   * @throws IllegalArgumentException if the time is negative, or longer than that
   */
  public UdsServerBuilder busyPollTime(long time, TimeUnit unit) {
    config.busyPollNanos = BusyPoll.checkedNanos(time, unit);
    return this;
  }

  /** Runs calls in the threads that read from the connections, so handlers must never block. */
  @Override
  public UdsServerBuilder directExecutor() {
    return executor(MoreExecutors.directExecutor());
  }

  /**
   * Sets the executor that runs the I/O threads. Each of them takes one thread of the executor
   * until the server ends.
   *
   * @param executor not owned by the server, with at least {@link #ioThreads} threads to spare;
   *     null for threads of the server's own, which is the default
   */
  public UdsServerBuilder transportExecutor(Executor executor) {
    config.transportExecutor = executor;
    return this;
  }

  /**
   * Sets the scheduler that runs timers, such as those of keepalive. Default: the one that gRPC's
   * channels and servers share.
   *
   * @param scheduler not owned by the server
   */
  public UdsServerBuilder scheduledExecutorService(ScheduledExecutorService scheduler) {
    config.scheduler = Objects.requireNonNull(scheduler, "scheduler");
    return this;
  }

  /**
   * Makes the server speak TLS, whatever credentials the builder was made with. {@link
   * TlsServerCredentials} can do more.
   *
   * @param certChain X.509 certificates in PEM form, the server's own first
   * @param privateKey its key in PEM form (PKCS #8), without a password
   * @throws IllegalArgumentException if one of them cannot be read
   */
  @Override
  public UdsServerBuilder useTransportSecurity(File certChain, File privateKey) {
    try {
      return useTls(TlsServerCredentials.create(certChain, privateKey));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read the certificates in " + certChain + " or the key in " + privateKey, e);
    }
  }

  /**
   * Makes the server speak TLS, whatever credentials the builder was made with. {@link
   * TlsServerCredentials} can do more.
   *
   * @param certChain X.509 certificates in PEM form, the server's own first; closed
   * @param privateKey its key in PEM form (PKCS #8), without a password; closed
   * @throws IllegalArgumentException if one of them cannot be read
   */
  @Override
  public UdsServerBuilder useTransportSecurity(InputStream certChain, InputStream privateKey) {
    try (InputStream chain = certChain;
        InputStream key = privateKey) {
      return useTls(TlsServerCredentials.create(chain, key));
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the certificates or the key", e);
    }
  }

  private UdsServerBuilder useTls(ServerCredentials creds) {
    tls = TlsCredentials.read(creds);
    return this;
  }

  /**
   * Builds the server. It does not listen before {@link Server#start}.
   *
   * @throws IllegalStateException if an option was set that an inherited socket does not allow
   */
  @Override
  public Server build() {
    if (inherits && ownersOption != null) {
      throw new IllegalStateException(
          ownersOption
              + " is not for an inherited socket: who made it, a socket unit of systemd say, sets"
              + " its file's mode, its owner and its backlog (SocketMode=, SocketUser=, Backlog=)");
    }
    HandlerFailureFilter.ensureInstalled();
    callExecutor =
        new CallExecutor("grpc-uds-call", Thread.currentThread().getContextClassLoader());
    config.callsInLoops = ownCallExecutor && inlineCalls;
    if (ownCallExecutor) {
      delegate.executor(new CallDispatcher(new InlineCallExecutor(callExecutor)));
    }
    return super.build();
  }

  @Override
  protected ServerBuilder<?> delegate() {
    return delegate;
  }
}
