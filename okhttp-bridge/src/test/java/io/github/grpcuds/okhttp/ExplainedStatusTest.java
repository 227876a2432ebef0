package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

class ExplainedStatusTest {
  @Test
  void metadataThatIsTooLarge() {
    Status status =
        Status.INTERNAL.withDescription("HTTP status code 431\ninvalid content-type: null");
    Status explained = ExplainedStatus.explain(status);
    assertEquals(Status.Code.INTERNAL, explained.getCode());
    assertTrue(
        explained.getDescription().startsWith("the call's metadata is larger than the server"),
        explained.toString());
    assertTrue(explained.getDescription().endsWith(status.getDescription()), explained.toString());
  }

  @Test
  void controlCharactersButThoseOfText() {
    Status status =
        Status.ABORTED.withDescription("a\u001b[2J\u0000\u007f\u0085\tb\r\nc\u00e9\u263a");
    assertEquals(
        "a\\x1b[2J\\x00\\x7f\\x85\tb\r\nc\u00e9\u263a",
        ExplainedStatus.explain(status).getDescription());
  }

  @Test
  void allElseIsLeftAsItIs() {
    assertSame(Status.OK, ExplainedStatus.explain(Status.OK));
    Status status = Status.ABORTED.withDescription("no\nreason");
    assertSame(status, ExplainedStatus.explain(status));
  }
}
