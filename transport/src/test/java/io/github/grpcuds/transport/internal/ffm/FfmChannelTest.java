package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.channel.ChannelTest;

final class FfmChannelTest extends ChannelTest {
  FfmChannelTest() {
    super("ffm");
  }
}
