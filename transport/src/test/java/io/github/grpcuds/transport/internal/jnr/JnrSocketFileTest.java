package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.posix.PosixSocketFileTest;

final class JnrSocketFileTest extends PosixSocketFileTest {
  JnrSocketFileTest() {
    super("jnr");
  }
}
