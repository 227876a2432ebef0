package io.github.grpcuds.transport.internal.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.UdsAddress;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemdNotifierTest {
  @Test
  void pathAndAbstractNameAreToldApart() throws Exception {
    assertEquals(
        UdsAddress.ofPath("/run/systemd/notify"), SystemdNotifier.address("/run/systemd/notify"));
    assertEquals(UdsAddress.ofAbstract("notify"), SystemdNotifier.address("@notify"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"vsock:2:1234", "notify", "@", "/run/"})
  void whatIsNoUnixSocketIsNamed(String socket) {
    IOException e = assertThrows(IOException.class, () -> SystemdNotifier.address(socket));
    assertTrue(e.getMessage().contains("NOTIFY_SOCKET"), e.getMessage());
    assertTrue(e.getMessage().contains(socket), e.getMessage());
  }
}
