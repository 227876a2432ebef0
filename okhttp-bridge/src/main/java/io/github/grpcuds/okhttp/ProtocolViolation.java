package io.github.grpcuds.okhttp;

/** The server does what HTTP/2 forbids, or what no honest server does. */
final class ProtocolViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param deed to be read after "the server"; in ASCII
   */
  ProtocolViolation(String deed) {
    super(deed);
  }
}
