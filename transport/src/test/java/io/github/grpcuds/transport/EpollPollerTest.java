package io.github.grpcuds.transport;

import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class EpollPollerTest extends PollerTest {
  EpollPollerTest() {
    super("jnr");
  }

  @Override
  Poller open(UdsListener listener) throws IOException {
    Poller poller = listener.newPoller();
    assertKind(EpollPoller.class, poller);
    return poller;
  }
}
