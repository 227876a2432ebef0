package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.peer.OtherUserTest;

final class JnrOtherUserTest extends OtherUserTest {
  JnrOtherUserTest() {
    super("jnr");
  }
}
