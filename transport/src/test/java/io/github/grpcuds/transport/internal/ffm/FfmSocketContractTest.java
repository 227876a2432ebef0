package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.posix.PosixSocketContractTest;

final class FfmSocketContractTest extends PosixSocketContractTest {
  FfmSocketContractTest() {
    super("ffm");
  }
}
