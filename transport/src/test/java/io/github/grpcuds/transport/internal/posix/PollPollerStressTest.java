package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.PollerStressTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
public abstract class PollPollerStressTest extends PollerStressTest {
  public PollPollerStressTest(String backend) {
    super(backend);
  }

  @Override
  public Poller open(UdsListener listener) throws IOException {
    return PollPoller.open(((PosixBackend) Backends.named(backendName())).libc);
  }
}
