package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.file.StartStopRaceTest;

final class JdkStartStopRaceTest extends StartStopRaceTest {
  JdkStartStopRaceTest() {
    super("jdk");
  }
}
