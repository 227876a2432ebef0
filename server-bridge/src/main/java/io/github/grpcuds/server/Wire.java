package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.ErrorCode;
import io.github.grpcuds.http2.internal.HeaderList;
import io.github.grpcuds.http2.internal.Http2Stream;
import io.github.grpcuds.http2.internal.OutputChunk;

/** What calls want of their connection; what it sends is to be asked for under the lock. */
interface Wire {
  void lock();

  /** Gives the lock back, and runs what was put off with {@link #later}. */
  void unlock();

  /** Runs a task of a stream when the lock is given back. */
  void later(SerialQueue tasks, Runnable task);

  /** Runs tasks that the caller has to run; without the lock. */
  void run(SerialQueue tasks);

  /** Tries something again for which there was no memory; takes none. */
  void retry(Retries.Attempt attempt);

  /** Runs something after a while, in another thread. */
  void schedule(Runnable task, long nanos);

  /** Writes what was sent; without the lock. */
  void flush();

  /** As {@link #flush}, but in another thread: more is to come at once. */
  void flushSoon();

  void sendHeaders(Http2Stream stream, HeaderList headers, boolean endOfStream);

  void sendData(Http2Stream stream, byte[] buffer, int offset, int length, boolean endOfStream);

  void sendData(Http2Stream stream, OutputChunk chunk, int length);

  void reset(Http2Stream stream, ErrorCode error);

  void consumed(Http2Stream stream, int bytes);
}
