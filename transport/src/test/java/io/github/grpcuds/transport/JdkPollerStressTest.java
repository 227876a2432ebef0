package io.github.grpcuds.transport;

import java.io.IOException;

final class JdkPollerStressTest extends PollerStressTest {
  JdkPollerStressTest() {
    super("jdk");
  }

  @Override
  Poller open(UdsListener listener) throws IOException {
    return listener.newPoller();
  }
}
