package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.PollerStressTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
public abstract class EpollPollerStressTest extends PollerStressTest {
  public EpollPollerStressTest(String backend) {
    super(backend);
  }

  @Override
  public Poller open(UdsListener listener) throws IOException {
    return listener.newPoller();
  }
}
