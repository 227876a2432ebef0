package io.github.grpcuds.transport;

final class JnrSocketFileTest extends SocketFileTest {
  JnrSocketFileTest() {
    super("jnr");
  }

  @Override
  int longestPathBytes() {
    return Platform.SUN_PATH_BYTES - 1;
  }
}
