package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.posix.EpollPollerTest;

final class FfmEpollPollerTest extends EpollPollerTest {
  FfmEpollPollerTest() {
    super("ffm");
  }
}
