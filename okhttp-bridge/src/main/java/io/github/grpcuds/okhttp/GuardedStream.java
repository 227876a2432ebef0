package io.github.grpcuds.okhttp;

import io.grpc.Attributes;
import io.grpc.Compressor;
import io.grpc.Deadline;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.internal.ClientStream;
import io.grpc.internal.ClientStreamListener;
import io.grpc.internal.ClientStreamListener.RpcProgress;
import io.grpc.internal.InsightBuilder;
import java.io.InputStream;

/**
 * A stream of grpc-okhttp's that ends when it is cancelled, and sends a single message together
 * with its end.
 */
final class GuardedStream implements ClientStream {
  private final ClientStream stream;
  private final boolean sendsOneMessage;

  GuardedStream(ClientStream stream, boolean sendsOneMessage) {
    this.stream = stream;
    this.sendsOneMessage = sendsOneMessage;
  }

  /**
   * Ends the stream also where the server has reset it before, which grpc-okhttp forgets: it has
   * taken the stream for finished then, though messages were waiting to be read.
   */
  @Override
  public void cancel(Status reason) {
    stream.cancel(reason);
    if (ClientGuard.RESET_CALLS.isThere()) {
      Object state = OkHttpInternals.get(OkHttpInternals.STREAM_STATE, stream);
      synchronized (OkHttpInternals.get(OkHttpInternals.STATE_LOCK, state)) {
        OkHttpInternals.call(
            OkHttpInternals.STATE_REPORT,
            state,
            reason,
            RpcProgress.PROCESSED,
            true,
            new Metadata());
      }
    }
  }

  /**
   * Leaves the single message of a call to halfClose, as gRPC does where retries are off: what is
   * retried is flushed after each message (grpc-java #9340).
   */
  @Override
  public void flush() {
    if (!sendsOneMessage) {
      stream.flush();
    }
  }

  @Override
  public void halfClose() {
    stream.halfClose();
  }

  @Override
  public void writeMessage(InputStream message) {
    stream.writeMessage(message);
  }

  @Override
  public void start(ClientStreamListener listener) {
    stream.start(new GuardedStreamListener(listener));
  }

  @Override
  public void request(int numMessages) {
    stream.request(numMessages);
  }

  @Override
  public boolean isReady() {
    return stream.isReady();
  }

  @Override
  public void optimizeForDirectExecutor() {
    stream.optimizeForDirectExecutor();
  }

  @Override
  public void setCompressor(Compressor compressor) {
    stream.setCompressor(compressor);
  }

  @Override
  public void setMessageCompression(boolean enable) {
    stream.setMessageCompression(enable);
  }

  @Override
  public void setAuthority(String authority) {
    stream.setAuthority(authority);
  }

  @Override
  public void setFullStreamDecompression(boolean fullStreamDecompression) {
    stream.setFullStreamDecompression(fullStreamDecompression);
  }

  @Override
  public void setDecompressorRegistry(DecompressorRegistry decompressorRegistry) {
    stream.setDecompressorRegistry(decompressorRegistry);
  }

  @Override
  public void setMaxInboundMessageSize(int maxSize) {
    stream.setMaxInboundMessageSize(maxSize);
  }

  @Override
  public void setMaxOutboundMessageSize(int maxSize) {
    stream.setMaxOutboundMessageSize(maxSize);
  }

  @Override
  public void setDeadline(Deadline deadline) {
    stream.setDeadline(deadline);
  }

  @Override
  public Attributes getAttributes() {
    return stream.getAttributes();
  }

  @Override
  public void appendTimeoutInsight(InsightBuilder insight) {
    stream.appendTimeoutInsight(insight);
  }

  @Override
  public String toString() {
    return stream.toString();
  }
}
