package io.github.grpcuds.transport;

final class JdkStressTest extends StressTest {
  JdkStressTest() {
    super("jdk");
  }
}
