package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.PollerStressTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
final class PollPollerStressTest extends PollerStressTest {
  PollPollerStressTest() {
    super("jnr");
  }

  @Override
  public Poller open(UdsListener listener) throws IOException {
    return PollPoller.open(Libc.load());
  }
}
