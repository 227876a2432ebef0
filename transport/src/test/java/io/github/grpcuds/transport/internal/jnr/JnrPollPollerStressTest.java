package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.posix.PollPollerStressTest;

final class JnrPollPollerStressTest extends PollPollerStressTest {
  JnrPollPollerStressTest() {
    super("jnr");
  }
}
