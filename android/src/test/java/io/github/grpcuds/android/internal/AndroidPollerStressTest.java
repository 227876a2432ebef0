package io.github.grpcuds.android.internal;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.PollerStressTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;

final class AndroidPollerStressTest extends PollerStressTest {
  AndroidPollerStressTest() {
    super("android");
  }

  @Override
  public Poller open(UdsListener listener) throws IOException {
    return listener.newPoller();
  }
}
