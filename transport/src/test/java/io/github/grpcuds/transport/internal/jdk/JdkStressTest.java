package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.socket.StressTest;

final class JdkStressTest extends StressTest {
  JdkStressTest() {
    super("jdk");
  }
}
