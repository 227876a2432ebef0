package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.posix.PosixSocketContractTest;

final class JnrSocketContractTest extends PosixSocketContractTest {
  JnrSocketContractTest() {
    super("jnr");
  }
}
