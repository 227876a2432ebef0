package io.github.grpcuds.server;

import java.io.IOException;

/**
 * What stands between a socket's bytes and HTTP/2's: nothing, or TLS.
 *
 * <p>The I/O thread alone calls {@link #input}, {@link #takeTask}, {@link #endOfInput} and {@link
 * #isInputEnded}; {@link #output} and {@link #closeOutput} are called by one writer at a time,
 * which may be another thread at the same time. Any thread may ask {@link #isEstablished} and
 * {@link #wantsOutput}.
 */
interface ByteFilter {
  /** Receives bytes; they are the caller's again after the return. */
  interface Sink {
    void accept(byte[] buffer, int offset, int length);
  }

  /**
   * Takes bytes from the socket, all of them, and passes on what they hold. With no bytes it goes
   * on where a task, an earlier call, or output that had to be written first, left it: in a
   * handshake it is called so after each task and after each output.
   *
   * @throws IOException if the peer broke the rules, with a message that says what it did; {@link
   *     #output} may still have an alert to send
   */
  void input(byte[] buffer, int offset, int length, Sink sink) throws IOException;

  /**
   * Work of a handshake that is too long for the I/O thread, or null. Until it has run, on any
   * thread, no more input is passed; then comes {@code input} with no bytes.
   */
  Runnable takeTask();

  /**
   * False while a handshake goes on; nothing is sent until then. It becomes true in {@link #input},
   * before the first bytes are passed on, or in {@link #output}.
   */
  boolean isEstablished();

  /** True if {@link #output} has something to say by itself. */
  boolean wantsOutput();

  /**
   * Turns bytes into those for the socket.
   *
   * @param sink must keep what the socket does not take
   * @return how many of the bytes it took: all, or fewer when it made enough for one write
   * @throws IOException if the other end let nobody in or has closed
   */
  int output(byte[] buffer, int offset, int length, Sink sink) throws IOException;

  /** Says goodbye (TLS's close_notify), after everything else. */
  void closeOutput(Sink sink) throws IOException;

  /** True after the peer's goodbye (TLS's close_notify): as good as the end of the input. */
  boolean isInputEnded();

  /**
   * The socket has no more input.
   *
   * @throws IOException if that is too early, such as in a handshake
   */
  void endOfInput() throws IOException;
}
