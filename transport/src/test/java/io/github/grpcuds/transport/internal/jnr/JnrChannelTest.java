package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.channel.ChannelTest;

final class JnrChannelTest extends ChannelTest {
  JnrChannelTest() {
    super("jnr");
  }
}
