package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.file.StartStopRaceTest;

final class FfmStartStopRaceTest extends StartStopRaceTest {
  FfmStartStopRaceTest() {
    super("ffm");
  }
}
