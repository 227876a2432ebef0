package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.ErrorCode;
import io.github.grpcuds.http2.internal.HeaderList;
import io.github.grpcuds.http2.internal.Http2Stream;
import io.github.grpcuds.http2.internal.OutputChunk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Notes what calls send, for a test of one thread. */
final class FakeWire implements Wire {
  final List<String> sent = new ArrayList<>();
  int consumed;
  boolean shortage;
  boolean stackIsUsedUp;
  final List<Runnable> scheduled = new ArrayList<>();
  final Retries retries = new Retries();
  private final List<SerialQueue> due = new ArrayList<>();
  private int locks;
  private boolean running;

  private void requireLock() {
    if (locks == 0) {
      throw new IllegalStateException("not locked");
    }
  }

  @Override
  public void lock() {
    if (stackIsUsedUp) {
      throw new StackOverflowError("by a test");
    }
    locks++;
  }

  @Override
  public void unlock() {
    locks--;
    if (locks > 0 || running) {
      return;
    }
    running = true;
    while (!due.isEmpty()) {
      due.remove(0).run();
    }
    running = false;
  }

  @Override
  public void later(SerialQueue tasks, Runnable task) {
    requireLock();
    if (shortage) {
      throw new OutOfMemoryError("by a test");
    }
    if (tasks.add(task)) {
      due.add(tasks);
    }
  }

  @Override
  public void run(SerialQueue tasks) {
    Trampoline.run(tasks);
  }

  @Override
  public void retry(Retries.Attempt attempt) {
    retries.add(attempt);
  }

  @Override
  public void schedule(Runnable task, long nanos) {
    scheduled.add(task);
  }

  @Override
  public void flush() {
    if (locks > 0) {
      throw new IllegalStateException("locked");
    }
  }

  @Override
  public void flushSoon() {
    flush();
  }

  @Override
  public void sendHeaders(Http2Stream stream, HeaderList headers, boolean endOfStream) {
    requireLock();
    sent.add(headers + (endOfStream ? " END" : ""));
  }

  @Override
  public void sendData(
      Http2Stream stream, byte[] buffer, int offset, int length, boolean endOfStream) {
    requireLock();
    sent.add(
        new String(buffer, offset, length, StandardCharsets.UTF_8) + (endOfStream ? " END" : ""));
  }

  @Override
  public void sendData(Http2Stream stream, OutputChunk chunk, int length) {
    sendData(stream, chunk.bytes(), 0, length, false);
    chunk.discard();
  }

  @Override
  public void reset(Http2Stream stream, ErrorCode error) {
    requireLock();
    sent.add("RST " + error);
  }

  @Override
  public void consumed(Http2Stream stream, int bytes) {
    requireLock();
    consumed += bytes;
  }
}
