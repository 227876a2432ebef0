package io.github.grpcuds.transport;

import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
final class EpollPollerStressTest extends PollerStressTest {
  EpollPollerStressTest() {
    super("jnr");
  }

  @Override
  Poller open(UdsListener listener) throws IOException {
    return listener.newPoller();
  }
}
