package io.github.grpcuds.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class JdkSocketContractTest extends SocketContractTest {
  JdkSocketContractTest() {
    super("jdk");
  }

  @Override
  Integer pidOfPeer() {
    return null;
  }

  @Override
  List<Integer> groupsOfPeer() {
    return null;
  }

  @Test
  void credentialsComeWithTheirNames() throws Exception {
    PeerCredentials credentials = PeerCredentials.of(connection().client);
    assertEquals(credentials.withNames(), credentials.toString());
  }
}
