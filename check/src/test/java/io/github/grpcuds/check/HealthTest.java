package io.github.grpcuds.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HealthTest {
  private static String state(int... response) {
    byte[] bytes = new byte[response.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) response[i];
    }
    return Health.state(bytes);
  }

  @Test
  void states() {
    assertEquals("UNKNOWN", state());
    assertEquals("SERVING", state(8, 1));
    assertEquals("NOT_SERVING", state(8, 2));
    assertEquals("an answer that is not understood", state(8, 200));
    assertEquals("an answer that is not understood", state(10, 1, 0));
  }
}
