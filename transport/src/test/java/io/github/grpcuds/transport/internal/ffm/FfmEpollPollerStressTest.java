package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.posix.EpollPollerStressTest;

final class FfmEpollPollerStressTest extends EpollPollerStressTest {
  FfmEpollPollerStressTest() {
    super("ffm");
  }
}
