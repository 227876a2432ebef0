package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.file.SocketFileTest;

final class JdkSocketFileTest extends SocketFileTest {
  JdkSocketFileTest() {
    super("jdk");
  }

  @Override
  public int longestPathBytes() {
    return Platform.SUN_PATH_BYTES - 2;
  }
}
