package io.github.grpcuds.okhttp;

import io.grpc.ChannelCredentials;
import io.grpc.internal.ClientTransportFactory;
import io.grpc.internal.FixedObjectPool;
import io.grpc.internal.GrpcUtil;
import io.grpc.internal.ManagedChannelImplBuilder.ClientTransportFactoryBuilder;
import io.grpc.internal.ObjectPool;
import io.grpc.internal.SharedResourcePool;
import io.grpc.internal.TransportTracer;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.internal.ConnectionSpec;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.SocketFactory;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;

/**
 * Makes grpc-okhttp's factories of transports, by reflection: {@link CoreDelegateBuilder} has the
 * reason.
 *
 * <p>The constructors are private. On a grpc-okhttp that has others, or with reflection denied,
 * {@link #work} says so, and channels are built by grpc-okhttp's own builder.
 */
final class PlainTransports {
  private static final Logger logger = Logger.getLogger(PlainTransports.class.getName());

  /** In words: R8 keeps the names of the nested classes, and changes that of the outer one. */
  private static final String OUTER = "io.grpc.okhttp.OkHttpChannelBuilder$";

  private static final Class<?>[] TYPES = {
    ObjectPool.class, // executors of transports
    ObjectPool.class, // timers
    SocketFactory.class,
    SSLSocketFactory.class,
    HostnameVerifier.class,
    ConnectionSpec.class,
    int.class, // largest message
    boolean.class, // whether there is a keepalive
    long.class, // its time
    long.class, // its timeout
    int.class, // window
    boolean.class, // keepalive without calls
    int.class, // most metadata
    TransportTracer.Factory.class,
    boolean.class, // GET for safe methods
    ChannelCredentials.class // since gRPC 1.74
  };

  private static final Constructor<?> OF_OPTIONS;
  private static final Constructor<?> OF_BUILDER;

  static {
    Constructor<?> ofOptions = null;
    Constructor<?> ofBuilder = null;
    try {
      ofBuilder =
          nested("OkHttpChannelTransportFactoryBuilder")
              .getDeclaredConstructor(OkHttpChannelBuilder.class);
      ofBuilder.setAccessible(true);
      ofOptions = constructor(nested("OkHttpTransportFactory"));
      ofOptions.setAccessible(true);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      logger.log(Level.FINE, "grpc-okhttp differs: its own builders make transports", e);
      ofOptions = null;
    }
    OF_OPTIONS = ofOptions;
    OF_BUILDER = ofBuilder;
  }

  private PlainTransports() {}

  /** The values are grpc-okhttp's defaults. */
  static final class Options {
    ChannelCredentials creds;
    SocketFactory sockets;
    Executor executor;
    ScheduledExecutorService scheduler; // null: gRPC's
    int maxMessageBytes = GrpcUtil.DEFAULT_MAX_MESSAGE_SIZE;
    int maxMetadataBytes = Integer.MAX_VALUE;
    int windowBytes = OkHttpChannelBuilder.DEFAULT_FLOW_CONTROL_WINDOW;
    long keepAliveNanos = GrpcUtil.KEEPALIVE_TIME_NANOS_DISABLED;
    long keepAliveTimeoutNanos = GrpcUtil.DEFAULT_KEEPALIVE_TIMEOUT_NANOS;
    boolean keepAliveWithoutCalls;
  }

  private static Class<?> nested(String name) throws ClassNotFoundException {
    // Not initialized: that is what takes the time.
    return Class.forName(OUTER + name, false, PlainTransports.class.getClassLoader());
  }

  private static Constructor<?> constructor(Class<?> factory) throws NoSuchMethodException {
    try {
      return factory.getDeclaredConstructor(TYPES);
    } catch (NoSuchMethodException e) {
      return factory.getDeclaredConstructor(Arrays.copyOf(TYPES, TYPES.length - 1));
    }
  }

  /** Whether the other methods may be called. */
  static boolean work() {
    return OF_OPTIONS != null;
  }

  /** A factory of transports in plain text. */
  static ClientTransportFactory create(Options options) {
    Object[] values = {
      new FixedObjectPool<>(options.executor),
      options.scheduler == null
          ? SharedResourcePool.forResource(GrpcUtil.TIMER_SERVICE)
          : new FixedObjectPool<>(options.scheduler),
      options.sockets,
      null,
      null,
      ConnectionSpec.CLEARTEXT,
      options.maxMessageBytes,
      options.keepAliveNanos != GrpcUtil.KEEPALIVE_TIME_NANOS_DISABLED,
      options.keepAliveNanos,
      options.keepAliveTimeoutNanos,
      options.windowBytes,
      options.keepAliveWithoutCalls,
      options.maxMetadataBytes,
      TransportTracer.getDefaultFactory(),
      false,
      options.creds
    };
    return (ClientTransportFactory)
        newInstance(OF_OPTIONS, Arrays.copyOf(values, OF_OPTIONS.getParameterTypes().length));
  }

  /** The factory that a builder would use. */
  static ClientTransportFactory of(OkHttpChannelBuilder builder) {
    return ((ClientTransportFactoryBuilder) newInstance(OF_BUILDER, builder))
        .buildClientTransportFactory();
  }

  private static Object newInstance(Constructor<?> constructor, Object... values) {
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("grpc-okhttp makes no transports", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("grpc-okhttp makes no transports", e);
    }
  }
}
