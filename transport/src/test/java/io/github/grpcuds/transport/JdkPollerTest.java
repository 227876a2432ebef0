package io.github.grpcuds.transport;

import java.io.IOException;

final class JdkPollerTest extends PollerTest {
  JdkPollerTest() {
    super("jdk");
  }

  @Override
  Poller open(UdsListener listener) throws IOException {
    Poller poller = listener.newPoller();
    assertKind(JdkPoller.class, poller);
    return poller;
  }
}
