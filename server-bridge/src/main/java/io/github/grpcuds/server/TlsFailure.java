package io.github.grpcuds.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;

/** Says what went wrong in TLS, in words for the log of whoever runs the server. */
final class TlsFailure {
  /** The type of the record that every client begins with (RFC 8446, 5.1). */
  private static final byte HANDSHAKE_RECORD = 22;

  private static final String PREFACE_START = "PRI *";

  /** The JDK's words; Java 8 says "server" where it means the client's chain. */
  private static final Pattern NO_CERTIFICATE =
      Pattern.compile("Empty (client|server) certificate chain|null cert chain");

  private TlsFailure() {}

  /**
   * Looks at the first bytes of a connection.
   *
   * @param bytes at least a record's header; their position stays
   * @throws IOException if this is no TLS
   */
  static void checkFirst(ByteBuffer bytes) throws IOException {
    if (bytes.get(bytes.position()) == HANDSHAKE_RECORD) {
      return;
    }
    byte[] first = new byte[RecordBuffer.HEADER];
    bytes.duplicate().get(first);
    if (new String(first, StandardCharsets.ISO_8859_1).equals(PREFACE_START)) {
      throw new IOException(
          "the client speaks plain text (HTTP/2 without TLS) and this socket wants TLS");
    }
    throw new IOException(
        "the client does not speak TLS, and this socket wants it; its first bytes are "
            + readable(first));
  }

  private static String readable(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      if (b < 0x20 || b == 0x7f) {
        text.append(String.format("\\x%02x", b));
      } else {
        text.append((char) b);
      }
    }
    return text.toString();
  }

  static IOException noAlpn() {
    return new IOException(
        "the client asks for no protocol by ALPN; HTTP/2 over TLS wants \"h2\" (RFC 9113, 3.2)");
  }

  /**
   * What an engine says, made clear.
   *
   * @param refused what the client offered by ALPN if that was refused, else null
   */
  static IOException of(Exception e, SSLEngine engine, boolean established, List<String> refused) {
    if (refused != null && !established) {
      return new IOException(
          "the client offers " + LogText.escape(refused.toString()) + " by ALPN and not \"h2\"", e);
    }
    String message = String.valueOf(e.getMessage());
    if (engine.getNeedClientAuth() && NO_CERTIFICATE.matcher(message).find()) {
      return new IOException("the client sent no certificate, and this server requires one", e);
    }
    String text = LogText.escape(withCause(message, e)); // certificates have names in it
    return new IOException((established ? "TLS failed: " : "the TLS handshake failed: ") + text, e);
  }

  /** Adds the reason in the end, such as why a certificate is not trusted. */
  private static String withCause(String message, Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String reason = root.getMessage();
    return reason == null || message.contains(reason) ? message : message + " (" + reason + ")";
  }
}
