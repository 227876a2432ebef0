package io.github.grpcuds.transport;

final class JdkChannelTest extends ChannelTest {
  JdkChannelTest() {
    super("jdk");
  }
}
