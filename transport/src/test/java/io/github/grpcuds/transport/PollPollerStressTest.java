package io.github.grpcuds.transport;

import java.io.IOException;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
final class PollPollerStressTest extends PollerStressTest {
  PollPollerStressTest() {
    super("jnr");
  }

  @Override
  Poller open(UdsListener listener) throws IOException {
    return PollPoller.open(Libc.load());
  }
}
