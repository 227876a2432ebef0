package io.github.grpcuds.okhttp;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.internal.ClientStreamListener.RpcProgress;
import io.grpc.internal.CompositeReadableBuffer;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * The private members of grpc-okhttp's client, and of the part of grpc-core that it extends, which
 * the guards of {@link ClientGuard} use.
 *
 * <p>They have been the same from gRPC 1.60 to 1.82. A member that another version does not have is
 * null here, and the guards that need it say that they are missing.
 */
final class OkHttpInternals {
  private static final String OKHTTP = "io.grpc.okhttp.";
  private static final String CORE = "io.grpc.internal.";
  private static final String HANDLER = OKHTTP + "OkHttpClientTransport$ClientFrameHandler";

  /** Runs for as long as a connection is read. */
  static final Class<?> FRAME_HANDLER = type(HANDLER);

  static final Field HANDLER_TRANSPORT = field(HANDLER, "this$0");
  static final Field HANDLER_READER = field(HANDLER, "frameReader");
  static final Field READER_SOURCE = field(OKHTTP + "internal.framed.Http2$Reader", "source");

  static final Field TRANSPORT_LOCK = ofTransport("lock");
  static final Field TRANSPORT_EXECUTOR = ofTransport("serializingExecutor");
  static final Field TRANSPORT_WRITER = ofTransport("frameWriter");
  static final Method TRANSPORT_STREAM =
      method(OKHTTP + "OkHttpClientTransport", "getStream", int.class);
  static final Method TRANSPORT_MAY_HAVE_CREATED =
      method(OKHTTP + "OkHttpClientTransport", "mayHaveCreatedStream", int.class);

  static final Field WRITER_DELEGATE =
      field(OKHTTP + "ExceptionHandlingFrameWriter", "frameWriter");
  static final Field LIMITED_SINK = field(OKHTTP + "AsyncSink$LimitControlFramesWriter", "this$0");
  static final Field SINK_LOCK = field(OKHTTP + "AsyncSink", "lock");
  static final Field SINK_TARGET = field(OKHTTP + "AsyncSink", "sink");
  static final Field SINK_EXCEEDED = field(OKHTTP + "AsyncSink", "controlFramesExceeded");

  static final Field STREAM_STATE = field(OKHTTP + "OkHttpClientStream", "state");
  static final Field STATE_LOCK = field(OKHTTP + "OkHttpClientStream$TransportState", "lock");
  static final Method STATE_REPORT =
      method(
          CORE + "AbstractClientStream$TransportState",
          "transportReportStatus",
          Status.class,
          RpcProgress.class,
          boolean.class,
          Metadata.class);
  static final Field STATE_DEFRAMER = field(CORE + "AbstractStream$TransportState", "deframer");
  static final Field DEFRAMER_INPUT =
      field(CORE + "MessageDeframer", "unprocessed", CompositeReadableBuffer.class);

  private OkHttpInternals() {}

  /** Whether a guard can stand between a connection and its socket. */
  static boolean connectionsAreReached() {
    return FRAME_HANDLER != null
        && areThere(
            HANDLER_TRANSPORT,
            HANDLER_READER,
            READER_SOURCE,
            TRANSPORT_LOCK,
            TRANSPORT_EXECUTOR,
            TRANSPORT_WRITER,
            TRANSPORT_STREAM,
            TRANSPORT_MAY_HAVE_CREATED,
            WRITER_DELEGATE,
            LIMITED_SINK,
            SINK_TARGET);
  }

  static boolean areThere(AccessibleObject... members) {
    return !Arrays.asList(members).contains(null);
  }

  private static Field ofTransport(String name) {
    return field(OKHTTP + "OkHttpClientTransport", name);
  }

  private static Class<?> type(String name) {
    try {
      // Not initialized: that takes its time, and first calls wait for it.
      return Class.forName(name, false, OkHttpInternals.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  private static Field field(String type, String name) {
    return field(type, name, Object.class);
  }

  /** Null if there is no such field, or none that holds what is given to it. */
  private static Field field(String type, String name, Class<?> value) {
    try {
      Class<?> owner = type(type);
      Field field = owner == null ? null : owner.getDeclaredField(name);
      if (field == null || (value != Object.class && field.getType() != value)) {
        return null;
      }
      field.setAccessible(true);
      return field;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return null;
    }
  }

  private static Method method(String type, String name, Class<?>... parameters) {
    try {
      Class<?> owner = type(type);
      Method method = owner == null ? null : owner.getDeclaredMethod(name, parameters);
      if (method != null) {
        method.setAccessible(true);
      }
      return method;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return null;
    }
  }

  static Object get(Field field, Object owner) {
    try {
      return field.get(owner);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field.toString(), e);
    }
  }

  static void set(Field field, Object owner, Object value) {
    try {
      field.set(owner, value);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(field.toString(), e);
    }
  }

  static Object call(Method method, Object owner, Object... arguments) {
    try {
      return method.invoke(owner, arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException) {
        throw (RuntimeException) cause;
      }
      if (cause instanceof Error) {
        throw (Error) cause;
      }
      throw new IllegalStateException(method.toString(), cause);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(method.toString(), e);
    }
  }
}
