package io.github.grpcuds.okhttp;

import java.io.IOException;
import okio.Buffer;
import okio.Sink;
import okio.Timeout;

/**
 * Writes a connection. Once that fails, nothing more is written, and grpc-okhttp is not told: it
 * would end calls whose answers, or whose refusal, have come and are about to be read.
 *
 * <p>Used in the turn of the connection's writer.
 */
final class GuardedSink implements Sink {
  private final Sink sink;
  private final ConnectionGuard guard;
  private boolean failed;

  GuardedSink(Sink sink, ConnectionGuard guard) {
    this.sink = sink;
    this.guard = guard;
  }

  @Override
  public void write(Buffer source, long byteCount) throws IOException {
    if (failed) {
      source.skip(byteCount);
      return;
    }
    try {
      sink.write(source, byteCount);
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  @Override
  public void flush() throws IOException {
    if (failed) {
      return;
    }
    try {
      sink.flush();
      guard.flushed();
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
  }

  private void fail(Exception e) {
    failed = true;
    guard.writeFailed(e);
  }

  @Override
  public Timeout timeout() {
    return sink.timeout();
  }

  @Override
  public void close() throws IOException {
    sink.close();
  }
}
