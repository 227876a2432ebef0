package io.github.grpcuds.transport.internal.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class ListenersTest {
  private static final SocketFileOptions OPTIONS = SocketFileOptions.defaults();

  @TempDir Path dir;

  @Test
  void pathIsAcceptedOnAndItsFileGoesWithTheListener() throws Exception {
    UdsAddress address = UdsAddress.ofPath(dir.resolve("s").toString());
    UdsListener listener = Listeners.listen(address, OPTIONS, 8);
    assertTrue(Files.exists(dir.resolve("s")));
    assertNull(listener.accept());
    UdsChannel client = Backends.named(listener.backend()).connect(address);
    UdsChannel server = listener.accept();
    assertNotNull(server);
    assertEquals(listener.backend(), server.backend());
    assertThrows(BindException.class, () -> Listeners.listen(address, OPTIONS, 8));
    client.close();
    server.close();
    listener.close();
    assertFalse(Files.exists(dir.resolve("s")));
    assertEquals("Socket closed", assertThrows(Exception.class, listener::accept).getMessage());
  }

  @Test
  void secondCloseLeavesASuccessorAlone() throws Exception {
    UdsAddress address = UdsAddress.ofPath(dir.resolve("s").toString());
    for (int i = 0; i < 20; i++) { // for the successor to get the same inode number
      UdsListener listener = Listeners.listen(address, OPTIONS, 8);
      listener.close();
      try (UdsListener successor = Listeners.listen(address, OPTIONS, 8)) {
        listener.close();
        assertTrue(Files.exists(dir.resolve("s")), successor.backend());
      }
    }
  }

  @Test
  void fileStaysWhenTheOptionsSaySo() throws Exception {
    UdsAddress address = UdsAddress.ofPath(dir.resolve("s").toString());
    Listeners.listen(address, OPTIONS.deleteOnClose(false), 8).close();
    assertTrue(Files.exists(dir.resolve("s")));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void abstractNameNeedsNoFile() throws Exception {
    UdsAddress address = UdsAddress.ofAbstract("grpcuds " + dir);
    Backend backend = choose(address);
    try (UdsListener listener = Listeners.listen(address, OPTIONS, 8);
        UdsChannel client = backend.connect(address);
        UdsChannel server = listener.accept()) {
      assertNotNull(client);
      assertEquals(backend.name(), server.backend());
    }
    assertEquals(0, dir.toFile().list().length);
  }

  private static Backend choose(UdsAddress address) {
    try {
      return Backends.choose(address);
    } catch (IOException e) {
      return Assumptions.abort(e.getMessage());
    }
  }
}
