package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.posix.PollPollerStressTest;

final class FfmPollPollerStressTest extends PollPollerStressTest {
  FfmPollPollerStressTest() {
    super("ffm");
  }
}
