package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Well-formed requests (RFC 9113, sections 8.1 to 8.3 and 8.5). */
final class RequestHeadersTest {
  private static final String[] PSEUDO = {":method", "POST", ":scheme", "http", ":path", "/a"};

  private static HeaderList list(String... fields) {
    HeaderList list = new HeaderList();
    for (int i = 0; i < fields.length; i += 2) {
      list.add(
          fields[i].getBytes(StandardCharsets.ISO_8859_1),
          fields[i + 1].getBytes(StandardCharsets.ISO_8859_1));
    }
    return list;
  }

  /** A request's pseudo-header fields and these. */
  private static HeaderList with(String... more) {
    String[] all = new String[PSEUDO.length + more.length];
    System.arraycopy(PSEUDO, 0, all, 0, PSEUDO.length);
    System.arraycopy(more, 0, all, PSEUDO.length, more.length);
    return list(all);
  }

  private static String check(HeaderList headers) {
    return RequestHeaders.check(headers, new Http2Stream(1));
  }

  @Test
  void plainRequestsAreTaken() {
    assertNull(check(with()));
    assertNull(check(with(":authority", "")));
    assertNull(check(with(":authority", "a", "te", "trailers", "x-bin", " a\tb ", "b", "\u00e4")));
    assertNull(check(list(":method", "CONNECT", ":authority", "a:1")));
  }

  @Test
  void pseudoFieldsAreKnownAndFirstAndOnce() {
    assertEquals("unknown pseudo-header field", check(with(":status", "200")));
    assertEquals("unknown pseudo-header field", check(with(":protocol", "x")));
    assertEquals("unknown pseudo-header field", check(with(":", "x")));
    assertEquals("pseudo-header field twice", check(with(":path", "/")));
    assertEquals("pseudo-header field after others", check(with("a", "b", ":authority", "a")));
  }

  @Test
  void pseudoFieldsAreNeededAndNotEmpty() {
    String missing = "a pseudo-header field is missing";
    assertEquals(missing, check(list()));
    assertEquals(missing, check(list(":method", "POST", ":scheme", "http")));
    assertEquals(missing, check(list(":method", "POST", ":path", "/")));
    assertEquals(missing, check(list(":scheme", "http", ":path", "/")));
    assertEquals(
        "empty pseudo-header field",
        check(list(":method", "POST", ":scheme", "http", ":path", "")));
  }

  @Test
  void connectHasAnAuthorityAndNoPath() {
    String wrong = "CONNECT with other pseudo-header fields than an authority";
    assertEquals(wrong, check(list(":method", "CONNECT")));
    assertEquals(wrong, check(list(":method", "CONNECT", ":authority", "a", ":path", "/")));
    assertEquals(wrong, check(list(":method", "CONNECT", ":authority", "a", ":scheme", "http")));
  }

  @Test
  void namesAreLowerCaseTokens() {
    for (String name : new String[] {"", "Upper", "a b", "a\u0000", "a:b", "a\u007f", "\u00e4"}) {
      assertEquals("illegal field name", check(with(name, "x")), name);
    }
  }

  @Test
  void valuesHaveNoLineEnds() {
    for (String value : new String[] {"a\nb", "\r", "\u0000"}) {
      assertEquals("NUL, CR or LF in a field value", check(with("a", value)));
      assertEquals("NUL, CR or LF in a field value", check(with(":authority", value)));
    }
  }

  @Test
  void fieldsOfHttp1ConnectionsAreRefused() {
    for (String name :
        new String[] {
          "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"
        }) {
      assertEquals("connection-specific field", check(with(name, "x")));
    }
    assertEquals("te other than trailers", check(with("te", "gzip")));
  }

  @Test
  void contentLengthIsOneNumber() {
    for (String value : new String[] {"", "-1", "+1", "1,1", " 1", "9223372036854775807000"}) {
      assertEquals(
          "content-length is no number",
          check(with("content-length", value)).replaceAll(", or.*", ""),
          value);
    }
    assertEquals(
        "content-length is no number, or not the same twice",
        check(with("content-length", "1", "content-length", "2")));
    Http2Stream stream = new Http2Stream(1);
    assertNull(RequestHeaders.check(with("content-length", "12345678901"), stream));
    assertEquals(12_345_678_901L, stream.contentLength);
  }

  @Test
  void trailersHaveNoPseudoFields() {
    assertNull(RequestHeaders.checkTrailers(list("a", "b")));
    assertEquals(
        "pseudo-header field after others", RequestHeaders.checkTrailers(list(":path", "/")));
    assertEquals("illegal field name", RequestHeaders.checkTrailers(list("A", "b")));
  }
}
