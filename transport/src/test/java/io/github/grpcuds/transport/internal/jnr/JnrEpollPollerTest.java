package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.posix.EpollPollerTest;

final class JnrEpollPollerTest extends EpollPollerTest {
  JnrEpollPollerTest() {
    super("jnr");
  }
}
