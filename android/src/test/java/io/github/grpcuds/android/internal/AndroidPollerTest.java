package io.github.grpcuds.android.internal;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.PollerTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;

final class AndroidPollerTest extends PollerTest {
  AndroidPollerTest() {
    super("android");
  }

  @Override
  public Poller open(UdsListener listener) throws IOException {
    return listener.newPoller();
  }
}
