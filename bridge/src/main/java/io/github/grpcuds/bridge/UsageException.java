package io.github.grpcuds.bridge;

/** An argument that cannot be used; the message names it and its value. */
final class UsageException extends Exception {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }

  UsageException(String message, Throwable cause) {
    super(message + ": " + (cause.getMessage() == null ? cause.toString() : cause.getMessage()));
    initCause(cause);
  }
}
