package io.github.grpcuds.server;

/** Plain text: bytes pass as they are. */
final class PlainFilter implements ByteFilter {
  @Override
  public void input(byte[] buffer, int offset, int length, Sink sink) {
    pass(buffer, offset, length, sink);
  }

  @Override
  public Runnable takeTask() {
    return null;
  }

  @Override
  public boolean isEstablished() {
    return true;
  }

  @Override
  public boolean wantsOutput() {
    return false;
  }

  @Override
  public int output(byte[] buffer, int offset, int length, Sink sink) {
    pass(buffer, offset, length, sink);
    return length;
  }

  private static void pass(byte[] buffer, int offset, int length, Sink sink) {
    if (length > 0) {
      sink.accept(buffer, offset, length);
    }
  }

  /** The end of a plain stream is the socket's. */
  @Override
  public void closeOutput(Sink sink) {}

  @Override
  public boolean isInputEnded() {
    return false;
  }

  @Override
  public void endOfInput() {}
}
