package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class Http2FuzzTest {
  private static final int INPUTS = 2000;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void anyFramesInAnyStateAreTakenOrRefused() {
    int requests = 0;
    for (int i = 0; i < INPUTS; i++) {
      requests += run(Conversations.legal(random));
    }
    assertTrue(requests > INPUTS, "seed " + seed + ", requests: " + requests);
  }

  @Test
  void damagedFramesAreTakenOrRefused() {
    int requests = 0;
    for (int i = 0; i < INPUTS; i++) {
      requests += run(Conversations.damaged(random));
    }
    assertTrue(requests > INPUTS / 2, "seed " + seed + ", requests: " + requests);
  }

  @Test
  void noiseIsTakenOrRefused() {
    for (int i = 0; i < INPUTS; i++) {
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      run(noise);
    }
  }

  @Test
  void inputBeginsWithChoices() {
    assertEquals(0, Http2Fuzz.receive(new byte[3]));
    byte[] request = TestFrames.headers(1, Blocks.hex("82 86 84"), true);
    byte[] choices = {0, 3, 10, 1};
    assertEquals(1, Http2Fuzz.receive(Blocks.concat(choices, request)));
    choices[0] = Http2Fuzz.RAW;
    assertEquals(0, Http2Fuzz.receive(Blocks.concat(choices, request)));
    byte[] start = Blocks.concat(TestFrames.PREFACE, TestFrames.settings());
    assertEquals(1, Http2Fuzz.receive(Blocks.concat(choices, start, request)));
  }

  private int run(byte[] data) {
    try {
      return Http2Fuzz.receive(data);
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed + ", input " + Blocks.hex(data, data.length), e);
    }
  }
}
