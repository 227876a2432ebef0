package io.github.grpcuds.transport;

final class JnrOtherUserTest extends OtherUserTest {
  JnrOtherUserTest() {
    super("jnr");
  }
}
