package io.github.grpcuds.transport;

final class JdkSocketFileTest extends SocketFileTest {
  JdkSocketFileTest() {
    super("jdk");
  }

  @Override
  int longestPathBytes() {
    return Platform.SUN_PATH_BYTES - 2;
  }
}
