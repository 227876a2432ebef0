package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

class ResponseHeadersTest {
  private static Metadata metadata(String name, String value) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return metadata;
  }

  @Test
  void headersBeginWithStatusAndType() {
    assertEquals(
        ":status: 200, content-type: application/grpc, x: 1",
        ResponseHeaders.headers(metadata("x", "1")).toString());
  }

  @Test
  void whatIsTheTransportsIsNotTheApplications() {
    Metadata metadata = metadata("content-type", "text/html");
    metadata.merge(metadata("te", "gzip"));
    metadata.merge(metadata("user-agent", "me"));
    assertEquals(
        ":status: 200, content-type: application/grpc",
        ResponseHeaders.headers(metadata).toString());
  }

  @Test
  void trailersAreAloneOnceTheResponseHasBegun() {
    assertEquals("x: 1", ResponseHeaders.trailers(metadata("x", "1"), true).toString());
    assertEquals(
        ":status: 200, content-type: application/grpc, x: 1",
        ResponseHeaders.trailers(metadata("x", "1"), false).toString());
  }

  @Test
  void binaryValuesAreBase64WithoutPadding() {
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("x-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {0, 1, 2, -1});
    assertEquals("x-bin: AAEC/w", ResponseHeaders.trailers(metadata, true).toString());
  }

  @Test
  void messagesArePercentEncoded() {
    assertEquals(
        ":status: 200, content-type: application/grpc, grpc-status: 3, grpc-message: 100%25 %C3%A9",
        ResponseHeaders.status(Status.INVALID_ARGUMENT.withDescription("100% \u00e9"), false)
            .toString());
  }

  @Test
  void httpErrorsSayWhatIsAllowed() {
    assertEquals(
        ":status: 405, content-type: text/plain; charset=utf-8, allow: POST, grpc-status: 13,"
            + " grpc-message: no",
        ResponseHeaders.httpError(405, Status.INTERNAL.withDescription("no")).toString());
  }
}
