package io.github.grpcuds.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;

final class JdkSocketContractTest extends SocketContractTest {
  JdkSocketContractTest() {
    super("jdk");
  }

  @Override
  void assertNamesThisProcess(PeerCredentials credentials) throws IOException {
    String me = Files.getOwner(dir).getName();
    assertEquals(me, credentials.user());
    assertEquals(Files.getAttribute(dir, "posix:group").toString(), credentials.group());
    assertNull(credentials.pid());
    assertNull(credentials.uid());
    assertNull(credentials.gid());
    assertEquals("user=" + me + " group=" + credentials.group(), credentials.toString());
  }
}
