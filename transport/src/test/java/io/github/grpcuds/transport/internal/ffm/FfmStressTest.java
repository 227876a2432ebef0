package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.socket.StressTest;

final class FfmStressTest extends StressTest {
  FfmStressTest() {
    super("ffm");
  }
}
