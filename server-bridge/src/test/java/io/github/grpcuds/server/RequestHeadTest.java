package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.http2.internal.HeaderList;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestHeadTest {
  private static final Metadata.Key<byte[]> BINARY =
      Metadata.Key.of("x-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final Metadata.Key<String> TEXT =
      Metadata.Key.of("x", Metadata.ASCII_STRING_MARSHALLER);

  /** A good request with some fields in the place of its own, and others added; null is none. */
  private static HeaderList with(String... changes) {
    List<String> fields =
        new ArrayList<>(
            Arrays.asList(
                ":method", "POST",
                ":scheme", "http",
                ":path", "/package.Service/Method",
                ":authority", "localhost",
                "content-type", "application/grpc+proto",
                "te", "trailers"));
    for (int i = 0; i < changes.length; i += 2) {
      int index = fields.indexOf(changes[i]);
      if (index < 0) {
        fields.add(changes[i]);
        fields.add(changes[i + 1]);
      } else {
        fields.set(index + 1, changes[i + 1]);
      }
    }
    HeaderList headers = new HeaderList();
    for (int i = 0; i < fields.size(); i += 2) {
      if (fields.get(i + 1) != null) {
        headers.add(fields.get(i), fields.get(i + 1));
      }
    }
    return headers;
  }

  private static RequestHead read(HeaderList headers) throws RequestHead.Refusal {
    return RequestHead.read(headers, 8192);
  }

  private static void assertRefused(
      int code, Status.Code grpcCode, String message, HeaderList headers) {
    RequestHead.Refusal refusal = assertThrows(RequestHead.Refusal.class, () -> read(headers));
    assertEquals(code, refusal.code);
    assertEquals(grpcCode, refusal.status().getCode());
    assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
  }

  @Test
  void goodRequestIsRead() throws Exception {
    RequestHead head = read(with("x", "1"));
    assertEquals("package.Service/Method", head.method);
    assertEquals("localhost", head.authority);
    assertEquals("1", head.metadata.get(TEXT));
  }

  @Test
  void hostStandsInForTheAuthority() throws Exception {
    RequestHead head = read(with(":authority", null, "host", "elsewhere"));
    assertEquals("elsewhere", head.authority);
    assertFalse(
        head.metadata.containsKey(Metadata.Key.of("host", Metadata.ASCII_STRING_MARSHALLER)));
    assertNull(read(with(":authority", null)).authority);
  }

  @Test
  void twoHostsAreRefused() {
    HeaderList headers = with(":authority", null, "host", "a").add("host", "b");
    assertRefused(400, Status.Code.INTERNAL, "host", headers);
  }

  @Test
  void pathWithoutSlashIsNotFound() {
    assertRefused(404, Status.Code.UNIMPLEMENTED, "a/b", with(":path", "a/b"));
    assertRefused(404, Status.Code.UNIMPLEMENTED, "path", with(":path", ""));
  }

  @Test
  void otherContentTypesAreUnsupported() {
    assertRefused(415, Status.Code.INTERNAL, "text/html", with("content-type", "text/html"));
    assertRefused(415, Status.Code.INTERNAL, "missing", with("content-type", null));
    assertRefused(
        415, Status.Code.INTERNAL, "duplicated", with().add("content-type", "application/grpc"));
  }

  @Test
  void otherMethodsAreNotAllowed() {
    assertRefused(405, Status.Code.INTERNAL, "GET", with(":method", "GET"));
  }

  @Test
  void missingTeIsLetThrough() throws Exception {
    assertEquals("package.Service/Method", read(with("te", null)).method);
  }

  @Test
  void binaryValuesAreDecodedWithAndWithoutPadding() throws Exception {
    Metadata metadata = read(with("x-bin", "AAEC/w==").add("x-bin", "AAEC/w,AQ")).metadata;
    List<byte[]> values = new ArrayList<>();
    metadata.getAll(BINARY).forEach(values::add);
    assertEquals(3, values.size());
    assertArrayEquals(new byte[] {0, 1, 2, -1}, values.get(0));
    assertArrayEquals(new byte[] {0, 1, 2, -1}, values.get(1));
    assertArrayEquals(new byte[] {1}, values.get(2));
  }

  @Test
  void timeoutsAreGrpcs() throws Exception {
    for (String good : new String[] {"1H", "20M", "300S", "4000m", "50000u", "99999999n", "0n"}) {
      assertEquals("package.Service/Method", read(with("grpc-timeout", good)).method, good);
    }
    for (String bad :
        new String[] {"", "1", "S", "1s", "-1S", "+1S", "1.5S", "999999999n", "1 S"}) {
      assertRefused(0, Status.Code.INTERNAL, "grpc-timeout", with("grpc-timeout", bad));
    }
    assertRefused(
        0,
        Status.Code.INTERNAL,
        "grpc-timeout",
        with("grpc-timeout", "1S").add("grpc-timeout", "x"));
  }

  @Test
  void binaryValueThatIsNotBase64IsRefused() {
    assertRefused(0, Status.Code.INTERNAL, "base64", with("x-bin", "!!"));
  }
}
