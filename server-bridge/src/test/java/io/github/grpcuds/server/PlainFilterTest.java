package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PlainFilterTest {
  private static final byte[] BYTES = "0123456789".getBytes(StandardCharsets.US_ASCII);

  private final PlainFilter filter = new PlainFilter();
  private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

  private String text() {
    return new String(passed.toByteArray(), StandardCharsets.US_ASCII);
  }

  @Test
  void bytesPassBothWays() {
    filter.input(BYTES, 1, 3, passed::write);
    assertEquals("123", text());
    assertEquals(4, filter.output(BYTES, 4, 4, passed::write));
    assertEquals("1234567", text());
    assertEquals(0, filter.output(BYTES, 0, 0, passed::write));
    filter.closeOutput(passed::write);
    assertEquals("1234567", text());
  }

  @Test
  void nothingIsItsOwn() {
    assertTrue(filter.isEstablished());
    assertFalse(filter.wantsOutput());
    assertFalse(filter.isInputEnded());
    assertNull(filter.takeTask());
    filter.endOfInput();
  }
}
