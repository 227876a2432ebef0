package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.posix.PollPollerTest;

final class JnrPollPollerTest extends PollPollerTest {
  JnrPollPollerTest() {
    super("jnr");
  }
}
