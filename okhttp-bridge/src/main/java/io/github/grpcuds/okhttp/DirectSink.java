package io.github.grpcuds.okhttp;

import java.io.IOException;
import okio.Buffer;
import okio.Sink;
import okio.Timeout;

/**
 * Writes to a {@link QueuedOutput}, in the place of a sink of Okio's that fails, and with it the
 * connection, if the thread is interrupted. Threads of the pool are not; those of users may be at
 * any time.
 */
final class DirectSink implements Sink {
  private final QueuedOutput output;

  DirectSink(QueuedOutput output) {
    this.output = output;
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
