package io.github.grpcuds.server;

import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the last message that a call has been handed, for as long as it may keep it: until there
 * is another or it asks for more, the client has sent all, or it ends. A handler of one request
 * gets to see that when the client half-closes, so a client that never does has the stub keep it.
 */
final class HandedMessages extends ServerStreamTracer {
  private final MessageMemory held;
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean streamClosed;

  HandedMessages(MessageMemory held) {
    this.held = held;
  }

  /** Another one begins. */
  @Override
  public void inboundMessage(int number) {
    release();
  }

  /** As large as it is when it is no longer compressed. */
  @Override
  public void inboundUncompressedSize(long size) {
    bytes.addAndGet(size);
    held.handed(size);
  }

  /** gRPC tells tracers, of which this is the last, and then at once the call itself. */
  @Override
  public void streamClosed(Status status) {
    streamClosed = true;
  }

  boolean isStreamClosed() {
    return streamClosed;
  }

  /** The call is done with all it has been handed. */
  void release() {
    if (bytes.get() != 0) {
      held.handed(-bytes.getAndSet(0));
    }
  }
}
