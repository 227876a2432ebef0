package io.github.grpcuds.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProtocolTest {
  private static Protocol judged(String answer) {
    byte[] bytes = answer.getBytes(StandardCharsets.ISO_8859_1);
    return Protocol.judged(bytes, bytes.length);
  }

  @Test
  void byTheFirstBytes() {
    assertEquals(Protocol.HTTP2, judged("\0\0\22\4\0\0\0\0\0"));
    assertEquals(Protocol.TLS, judged("\25\3\3\0\2\2\106"));
    assertEquals(Protocol.HTTP1, judged("HTTP/1.1 "));
    assertEquals(Protocol.OTHER, judged("\0\0\22\1\0\0\0\0\0"));
    assertEquals(Protocol.OTHER, judged("SSH-2.0"));
    assertEquals(Protocol.OTHER, judged("\0"));
  }
}
