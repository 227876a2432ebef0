package io.github.grpcuds.transport.internal.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.socket.SocketContractTest;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JdkSocketContractTest extends SocketContractTest {
  JdkSocketContractTest() {
    super("jdk");
  }

  @Override
  public Integer pidOfPeer() {
    return null;
  }

  @Override
  public List<Integer> groupsOfPeer() {
    return null;
  }

  @Test
  void credentialsComeWithTheirNames() throws Exception {
    PeerCredentials credentials = PeerCredentials.of(connection().client);
    assertEquals(UserTypes.get().withNames(credentials), credentials.toString());
  }
}
