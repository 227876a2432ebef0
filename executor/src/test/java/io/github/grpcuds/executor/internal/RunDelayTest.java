package io.github.grpcuds.executor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RunDelayTest {
  private static long second(String line) {
    byte[] text = line.getBytes(StandardCharsets.US_ASCII);
    return RunDelay.second(text, text.length);
  }

  @Test
  void isTheSecondNumber() {
    assertEquals(136046, second("5012 136046 1\n"));
    assertEquals(Long.MAX_VALUE, second("0 " + Long.MAX_VALUE + " 1\n"));
  }

  @Test
  void isNoneWhereThereIsNoSecondNumber() {
    assertEquals(0, second(""));
    assertEquals(0, second("12"));
    assertEquals(0, second("12 x"));
    assertEquals(0, RunDelay.second(new byte[8], -1));
  }
}
