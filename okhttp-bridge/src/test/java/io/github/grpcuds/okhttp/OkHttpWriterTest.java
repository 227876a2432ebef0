package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.grpc.internal.SerializingExecutor;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is not grpc-okhttp's is left alone; that it finds grpc-okhttp's is seen in its calls. */
class OkHttpWriterTest {
  private final QueuedOutput output = new FakeConnection().output;

  @Test
  void foreignTasksAreLeftAlone() {
    Queue<Runnable> pool = new ArrayDeque<>();
    AtomicInteger ran = new AtomicInteger();
    SerializingExecutor executor = new SerializingExecutor(pool::add);
    executor.execute(ran::incrementAndGet);
    executor.execute(ran::incrementAndGet);
    assertFalse(OkHttpWriter.install(executor, output));
    pool.remove().run();
    assertEquals(2, ran.get());
  }

  @Test
  void emptyQueueLeadsNowhere() {
    assertFalse(OkHttpWriter.install(new SerializingExecutor(Runnable::run), output));
  }

  @Test
  void foreignExecutorsAreLeftAlone() {
    assertFalse(OkHttpWriter.install(() -> {}, output));
    assertFalse(OkHttpWriter.install(new WithQueue(null), output));
    assertFalse(OkHttpWriter.install(new WithQueue(new ArrayDeque<>()), output));
  }

  private static final class WithQueue implements Runnable {
    @SuppressWarnings("unused") // it is looked for
    private final Queue<Runnable> queue;

    WithQueue(Queue<Runnable> queue) {
      this.queue = queue;
    }

    @Override
    public void run() {}
  }
}
