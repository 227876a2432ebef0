package io.github.grpcuds.transport;

final class JnrStressTest extends StressTest {
  JnrStressTest() {
    super("jnr");
  }
}
