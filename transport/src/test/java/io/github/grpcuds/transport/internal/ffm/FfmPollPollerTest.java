package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.posix.PollPollerTest;

final class FfmPollPollerTest extends PollPollerTest {
  FfmPollPollerTest() {
    super("ffm");
  }
}
