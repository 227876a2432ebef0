package io.github.grpcuds.transport;

final class JdkOtherUserTest extends OtherUserTest {
  JdkOtherUserTest() {
    super("jdk");
  }
}
