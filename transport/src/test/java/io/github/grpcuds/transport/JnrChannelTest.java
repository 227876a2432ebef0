package io.github.grpcuds.transport;

final class JnrChannelTest extends ChannelTest {
  JnrChannelTest() {
    super("jnr");
  }
}
