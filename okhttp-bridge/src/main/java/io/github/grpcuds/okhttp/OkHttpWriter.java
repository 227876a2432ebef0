package io.github.grpcuds.okhttp;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Queue;
import java.util.logging.Level;
import java.util.logging.Logger;
import okio.Buffer;
import okio.Sink;
import okio.Timeout;

/**
 * Has a connection of grpc-okhttp write to a {@link QueuedOutput} directly.
 *
 * <p>On its way is a sink of Okio's that fails, and with it the connection, if the thread is
 * interrupted. Threads of the pool are not; those of users may be at any time. The way there leads
 * through private fields: from the serializing executor by the tasks that wait in it to
 * grpc-okhttp's AsyncSink, and its sink. Where it ends before, on a grpc-okhttp that differs or
 * with reflection denied, users' threads do not write.
 */
final class OkHttpWriter implements Sink {
  private static final Logger logger = Logger.getLogger(OkHttpWriter.class.getName());
  private static final String ASYNC_SINK = "io.grpc.okhttp.AsyncSink";

  private final QueuedOutput output;

  private OkHttpWriter(QueuedOutput output) {
    this.output = output;
  }

  /**
   * Does it; called in the turn of the writer, but not by its tasks.
   *
   * @return false if no task is there that leads to it
   */
  static boolean install(Runnable serializingExecutor, QueuedOutput output) {
    try {
      Queue<?> tasks = (Queue<?>) valueOfType(serializingExecutor, Queue.class.getName());
      if (tasks != null && TransportExecutor.isMovable(serializingExecutor)) {
        for (Object task : tasks) {
          Object asyncSink = valueOfType(task, ASYNC_SINK);
          if (asyncSink != null) {
            field(asyncSink.getClass(), Sink.class.getName())
                .set(asyncSink, new OkHttpWriter(output));
            return true;
          }
        }
      }
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      logger.log(Level.FINE, "Threads of calls do not write to sockets: grpc-okhttp differs", e);
    }
    return false;
  }

  private static Object valueOfType(Object owner, String type) throws IllegalAccessException {
    Field field = field(owner.getClass(), type);
    return field == null ? null : field.get(owner);
  }

  private static Field field(Class<?> start, String type) {
    for (Class<?> c = start; c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (field.getType().getName().equals(type)) {
          field.setAccessible(true);
          return field;
        }
      }
    }
    return null;
  }

  @Override
  public void write(Buffer source, long byteCount) throws IOException {
    output.write(source, byteCount);
  }

  @Override
  public void flush() throws IOException {
    output.flush();
  }

  @Override
  public Timeout timeout() {
    return Timeout.NONE;
  }

  @Override
  public void close() throws IOException {
    output.close();
  }
}
