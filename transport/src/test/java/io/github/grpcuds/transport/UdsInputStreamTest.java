package io.github.grpcuds.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class UdsInputStreamTest {
  @Test
  void closeThatAReadTakesForTheEndIsAClose() throws Exception {
    AtomicReference<Socket> socket = new AtomicReference<>();
    UdsChannel closedWhileItReads =
        (UdsChannel)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {UdsChannel.class},
                (proxy, method, args) -> {
                  if (method.getName().equals("read")) {
                    socket.get().close();
                    return -1;
                  }
                  return null;
                });
    socket.set(new UdsSocket(closedWhileItReads, UdsAddress.ofPath("/any")));
    InputStream in = socket.get().getInputStream();
    assertEquals("Socket closed", assertThrows(SocketException.class, in::read).getMessage());
  }
}
