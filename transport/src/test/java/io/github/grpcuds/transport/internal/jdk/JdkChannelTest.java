package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.channel.ChannelTest;

final class JdkChannelTest extends ChannelTest {
  JdkChannelTest() {
    super("jdk");
  }
}
