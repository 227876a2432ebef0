package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.posix.PosixSocketFileTest;

final class FfmSocketFileTest extends PosixSocketFileTest {
  FfmSocketFileTest() {
    super("ffm");
  }
}
