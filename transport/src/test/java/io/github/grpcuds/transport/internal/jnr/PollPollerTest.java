package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.PollerTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Runs on Linux too, where it is not chosen. */
@DisabledOnOs(OS.WINDOWS)
final class PollPollerTest extends PollerTest {
  PollPollerTest() {
    super("jnr");
  }

  @Override
  public Poller open(UdsListener listener) throws IOException {
    return PollPoller.open(Libc.load());
  }
}
