package io.github.grpcuds.check;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a server speaks, by its answer to the first bytes of an HTTP/2 client in plain text. */
enum Protocol {
  HTTP2("HTTP/2 in plain text"),
  TLS("TLS"),
  HTTP1("HTTP/1.1"),
  CLOSES("nothing: it closes the connection"),
  SILENT("nothing: it does not answer"),
  OTHER("something else");

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII);

  /** Of a frame's header: length, type, flags, stream (RFC 9113, section 4.1). */
  private static final int FRAME_HEADER = 9;

  private static final int TYPE = 3;
  private static final int SETTINGS = 4;

  /** Records of TLS (RFC 8446, section 5.1). */
  private static final int ALERT = 21;

  private static final int VERSION_3 = 3;

  final String shown;

  Protocol(String shown) {
    this.shown = shown;
  }

  /** Asks a server by a connection of its own; the socket's read time-out says how long. */
  static Protocol of(Socket socket) throws IOException {
    OutputStream out = socket.getOutputStream();
    InputStream in = socket.getInputStream();
    byte[] answer = new byte[FRAME_HEADER];
    int count = 0;
    try {
      out.write(PREFACE);
      while (count < answer.length) {
        int read = in.read(answer, count, answer.length - count);
        if (read < 0) {
          throw new EOFException();
        }
        count += read;
      }
    } catch (SocketTimeoutException e) {
      return count == 0 ? SILENT : judged(answer, count);
    } catch (IOException e) {
      return count == 0 ? CLOSES : judged(answer, count); // some answer and close at once
    }
    return judged(answer, count);
  }

  static Protocol judged(byte[] answer, int count) {
    if (count > 1 && answer[0] == ALERT && answer[1] == VERSION_3) {
      return TLS;
    }
    String text = new String(Arrays.copyOf(answer, count), StandardCharsets.US_ASCII);
    if (text.startsWith("HTTP/")) {
      return HTTP1;
    }
    boolean settings = count > TYPE && answer[0] == 0 && answer[TYPE] == SETTINGS;
    return settings ? HTTP2 : OTHER;
  }
}
