package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.posix.EpollPollerStressTest;

final class JnrEpollPollerStressTest extends EpollPollerStressTest {
  JnrEpollPollerStressTest() {
    super("jnr");
  }
}
