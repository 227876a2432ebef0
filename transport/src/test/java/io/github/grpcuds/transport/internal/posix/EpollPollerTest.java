package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.PollerTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
public abstract class EpollPollerTest extends PollerTest {
  public EpollPollerTest(String backend) {
    super(backend);
  }

  @Override
  public Poller open(UdsListener listener) throws IOException {
    Poller poller = listener.newPoller();
    assertKind(EpollPoller.class, poller);
    return poller;
  }
}
