package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.file.SocketFileTest;

final class JnrSocketFileTest extends SocketFileTest {
  JnrSocketFileTest() {
    super("jnr");
  }

  @Override
  public int longestPathBytes() {
    return Platform.SUN_PATH_BYTES - 1;
  }
}
