package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.file.StartStopRaceTest;

final class JnrStartStopRaceTest extends StartStopRaceTest {
  JnrStartStopRaceTest() {
    super("jnr");
  }
}
