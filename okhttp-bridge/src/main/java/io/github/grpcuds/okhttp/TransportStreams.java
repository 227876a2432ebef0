package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.SocketStreams;
import java.io.InputStream;
import java.io.OutputStream;

/** The streams of a transport's socket. */
final class TransportStreams implements SocketStreams {
  private final BatchedInput input;
  private final QueuedOutput output;

  TransportStreams(InputStream plain, QueuedOutput output) {
    this.input = new BatchedInput(plain, output);
    this.output = output;
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }
}
