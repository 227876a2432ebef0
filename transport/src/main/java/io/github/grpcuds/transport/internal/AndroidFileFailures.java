package io.github.grpcuds.transport.internal;

import java.io.FileNotFoundException;
import java.io.IOException;

/** Those of java.io. */
final class AndroidFileFailures extends FileFailures {
  @Override
  public IOException missing(String path, String reason) {
    return new FileNotFoundException(path + ": " + reason);
  }

  @Override
  public IOException denied(String path, String reason) {
    return new SocketFileException(path, reason);
  }

  @Override
  public IOException other(String path, String reason) {
    return new SocketFileException(path, reason);
  }

  @Override
  public boolean includes(IOException e) {
    return e instanceof FileNotFoundException || e instanceof SocketFileException;
  }
}
