package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.file.SocketFileTest;

public abstract class PosixSocketFileTest extends SocketFileTest {
  public PosixSocketFileTest(String backend) {
    super(backend);
  }

  @Override
  public int longestPathBytes() {
    return Platform.SUN_PATH_BYTES - 1;
  }
}
