package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.PollerStressTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;

final class JdkPollerStressTest extends PollerStressTest {
  JdkPollerStressTest() {
    super("jdk");
  }

  @Override
  public Poller open(UdsListener listener) throws IOException {
    return listener.newPoller();
  }
}
