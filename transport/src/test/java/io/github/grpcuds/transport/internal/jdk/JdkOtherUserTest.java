package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.peer.OtherUserTest;

final class JdkOtherUserTest extends OtherUserTest {
  JdkOtherUserTest() {
    super("jdk");
  }
}
