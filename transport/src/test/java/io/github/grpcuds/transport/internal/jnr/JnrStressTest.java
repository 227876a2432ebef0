package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.socket.StressTest;

final class JnrStressTest extends StressTest {
  JnrStressTest() {
    super("jnr");
  }
}
