package io.github.grpcuds.transport.internal.posix;

import java.io.Closeable;
import java.io.IOException;

/** A descriptor, and what closes it. */
public final class OpenSocket implements Closeable {
  final int fd;
  private final Closeable owner;

  /**
   * @param owner closes the descriptor
   */
  public OpenSocket(int fd, Closeable owner) {
    this.fd = fd;
    this.owner = owner;
  }

  @Override
  public void close() throws IOException {
    owner.close();
  }
}
