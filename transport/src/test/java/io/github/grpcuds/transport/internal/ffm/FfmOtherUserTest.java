package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.peer.OtherUserTest;

final class FfmOtherUserTest extends OtherUserTest {
  FfmOtherUserTest() {
    super("ffm");
  }
}
