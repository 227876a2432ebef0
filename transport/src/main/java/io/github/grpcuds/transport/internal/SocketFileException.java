package io.github.grpcuds.transport.internal;

import java.net.SocketException;

/** Something is wrong with a socket file, on Android. */
final class SocketFileException extends SocketException {
  private static final long serialVersionUID = 1;

  SocketFileException(String path, String reason) {
    super(path + ": " + reason);
  }
}
