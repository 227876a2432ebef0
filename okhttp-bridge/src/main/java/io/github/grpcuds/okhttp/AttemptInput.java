package io.github.grpcuds.okhttp;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Shows an attempt what is read, until it is done. */
final class AttemptInput extends FilterInputStream {
  private final ConnectAttempt attempt;

  AttemptInput(InputStream in, ConnectAttempt attempt) {
    super(in);
    this.attempt = attempt;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return attempt.isDone() ? in.read(target, offset, length) : observed(target, offset, length);
  }

  private int observed(byte[] target, int offset, int length) throws IOException {
    attempt.reading();
    int count;
    try {
      count = in.read(target, offset, length);
    } catch (IOException e) {
      attempt.received().fail(e);
      throw e;
    }
    if (count < 0) {
      attempt.received().end();
    } else {
      attempt.received().add(target, offset, count);
    }
    return count;
  }
}
