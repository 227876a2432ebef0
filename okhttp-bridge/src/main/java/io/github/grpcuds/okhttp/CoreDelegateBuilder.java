package io.github.grpcuds.okhttp;

import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.ChoiceChannelCredentials;
import io.grpc.CompositeCallCredentials;
import io.grpc.CompositeChannelCredentials;
import io.grpc.ForwardingChannelBuilder2;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.internal.ClientTransportFactory;
import io.grpc.internal.GrpcUtil;
import io.grpc.internal.KeepAliveManager;
import io.grpc.internal.ManagedChannelImplBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;

/**
 * Forwards to grpc-core's builder, to which it gives transports of grpc-okhttp's, each with a guard
 * around it. It does what grpc-okhttp's own builder does, but makes one only for TLS.
 *
 * <p>The first such builder of a JVM asks the JDK for all that it has on TLS, and so reads the
 * certificates that it trusts: a third of the time until the first call of a new JVM, which has no
 * use for any of it in plain text.
 */
final class CoreDelegateBuilder extends ForwardingChannelBuilder2<CoreDelegateBuilder>
    implements DelegateBuilder {
  private final String target;
  private final ChannelCredentials creds; // null: what is called last decides about TLS
  private final ManagedChannelImplBuilder core;
  private final PlainTransports.Options options = new PlainTransports.Options();
  private OkHttpChannelBuilder okHttp; // null until something of TLS is asked for
  private boolean plainText;
  private TransportSocketFactory sockets; // set when it is built

  /**
   * @param creds null to leave the choice to {@code usePlaintext} and its kin
   * @throws IllegalArgumentException if grpc-okhttp does not understand the credentials
   */
  CoreDelegateBuilder(String target, ChannelCredentials creds) {
    this.target = target;
    this.creds = creds;
    CallCredentials callCreds = null;
    if (creds != null && !(creds instanceof InsecureChannelCredentials)) {
      ChannelCredentials chosen = chosen(target, creds);
      okHttp = OkHttpChannelBuilder.forTarget(target, chosen);
      callCreds = callCredentials(chosen);
      this.plainText = chosen.withoutBearerTokens() instanceof InsecureChannelCredentials;
    } else {
      this.plainText = creds != null;
    }
    this.core = new ManagedChannelImplBuilder(target, creds, callCreds, new Transports(), null);
    options.creds = creds;
  }

  /** Of a choice the first that grpc-okhttp understands, as it has it. */
  private static ChannelCredentials chosen(String target, ChannelCredentials creds) {
    if (creds instanceof CompositeChannelCredentials) {
      CompositeChannelCredentials composite = (CompositeChannelCredentials) creds;
      return CompositeChannelCredentials.create(
          chosen(target, composite.getChannelCredentials()), composite.getCallCredentials());
    }
    if (creds instanceof ChoiceChannelCredentials) {
      for (ChannelCredentials choice : ((ChoiceChannelCredentials) creds).getCredentialsList()) {
        try {
          OkHttpChannelBuilder.forTarget(target, choice);
          return chosen(target, choice);
        } catch (IllegalArgumentException e) {
          // The next may be one that it understands; if none is, it says so.
        }
      }
    }
    return creds;
  }

  private static CallCredentials callCredentials(ChannelCredentials creds) {
    if (!(creds instanceof CompositeChannelCredentials)) {
      return null;
    }
    CompositeChannelCredentials composite = (CompositeChannelCredentials) creds;
    CallCredentials inner = callCredentials(composite.getChannelCredentials());
    CallCredentials outer = composite.getCallCredentials();
    return inner == null ? outer : new CompositeCallCredentials(inner, outer);
  }

  /** Called by gRPC when it builds. */
  private final class Transports
      implements ManagedChannelImplBuilder.ClientTransportFactoryBuilder {
    @Override
    public ClientTransportFactory buildClientTransportFactory() {
      ClientTransportFactory transports =
          plainText ? PlainTransports.create(options) : PlainTransports.of(secured());
      return new GuardedTransportFactory(transports, sockets, !plainText);
    }
  }

  private OkHttpChannelBuilder secured() {
    OkHttpChannelBuilder builder = creds == null ? okHttp().useTransportSecurity() : okHttp;
    builder
        .socketFactory(options.sockets)
        .transportExecutor(options.executor)
        .maxInboundMessageSize(options.maxMessageBytes)
        .maxInboundMetadataSize(options.maxMetadataBytes)
        .flowControlWindow(options.windowBytes)
        .keepAliveTimeout(options.keepAliveTimeoutNanos, TimeUnit.NANOSECONDS)
        .keepAliveWithoutCalls(options.keepAliveWithoutCalls)
        .keepAliveTime(options.keepAliveNanos, TimeUnit.NANOSECONDS);
    if (options.scheduler != null) {
      builder.scheduledExecutorService(options.scheduler);
    }
    return builder;
  }

  private OkHttpChannelBuilder okHttp() {
    checkSecurityIsOpen();
    if (okHttp == null) {
      okHttp = OkHttpChannelBuilder.forTarget(target);
    }
    return okHttp;
  }

  private void checkSecurityIsOpen() {
    if (creds != null) {
      throw new IllegalStateException("Cannot change security when using ChannelCredentials");
    }
  }

  @Override
  public ManagedChannelBuilder<?> builder() {
    return this;
  }

  @Override
  protected ManagedChannelBuilder<?> delegate() {
    return core;
  }

  @Override
  public CoreDelegateBuilder usePlaintext() {
    checkSecurityIsOpen();
    plainText = true;
    return this;
  }

  @Override
  public CoreDelegateBuilder useTransportSecurity() {
    checkSecurityIsOpen();
    plainText = false;
    return this;
  }

  @Override
  public void sslSocketFactory(SSLSocketFactory factory) {
    okHttp().sslSocketFactory(factory);
    plainText = false;
  }

  @Override
  public void hostnameVerifier(HostnameVerifier verifier) {
    okHttp().hostnameVerifier(verifier);
  }

  @Override
  public void tlsConnectionSpec(String[] tlsVersions, String[] cipherSuites) {
    okHttp().tlsConnectionSpec(tlsVersions, cipherSuites);
  }

  @Override
  public CoreDelegateBuilder keepAliveTime(long time, TimeUnit unit) {
    if (time <= 0) {
      throw new IllegalArgumentException("keepalive time not positive: " + time + " " + unit);
    }
    long nanos = KeepAliveManager.clampKeepAliveTimeInNanos(unit.toNanos(time));
    options.keepAliveNanos =
        nanos >= UdsChannelBuilder.KEEPALIVE_OFF_NANOS
            ? GrpcUtil.KEEPALIVE_TIME_NANOS_DISABLED
            : nanos;
    return this;
  }

  @Override
  public CoreDelegateBuilder keepAliveTimeout(long timeout, TimeUnit unit) {
    if (timeout <= 0) {
      throw new IllegalArgumentException("keepalive timeout not positive: " + timeout + " " + unit);
    }
    options.keepAliveTimeoutNanos =
        KeepAliveManager.clampKeepAliveTimeoutInNanos(unit.toNanos(timeout));
    return this;
  }

  @Override
  public CoreDelegateBuilder keepAliveWithoutCalls(boolean enable) {
    options.keepAliveWithoutCalls = enable;
    return this;
  }

  @Override
  public CoreDelegateBuilder maxInboundMessageSize(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("max inbound message size negative: " + bytes);
    }
    options.maxMessageBytes = bytes;
    return this;
  }

  @Override
  public CoreDelegateBuilder maxInboundMetadataSize(int bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("max inbound metadata size not positive: " + bytes);
    }
    options.maxMetadataBytes = bytes;
    return this;
  }

  @Override
  public void flowControlWindow(int bytes) {
    if (bytes <= 0) {
      throw new IllegalStateException("flow-control window not positive: " + bytes);
    }
    options.windowBytes = bytes;
  }

  @Override
  public void scheduledExecutorService(ScheduledExecutorService scheduler) {
    options.scheduler = Objects.requireNonNull(scheduler, "scheduler");
  }

  @Override
  public void transports(TransportSocketFactory sockets, Executor executor) {
    this.sockets = sockets;
    options.sockets = sockets;
    options.executor = executor;
  }
}
