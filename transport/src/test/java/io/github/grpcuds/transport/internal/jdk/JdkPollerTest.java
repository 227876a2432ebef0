package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.PollerTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;

final class JdkPollerTest extends PollerTest {
  JdkPollerTest() {
    super("jdk");
  }

  @Override
  public Poller open(UdsListener listener) throws IOException {
    Poller poller = listener.newPoller();
    assertKind(JdkPoller.class, poller);
    return poller;
  }
}
