package io.github.grpcuds.transport.internal.backend;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Backend;
import java.lang.reflect.Proxy;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ConnectorTest {
  private static final UdsAddress ADDRESS = UdsAddress.ofPath("/a");
  private static final int CLIENTS = 100;
  private static final int MILLIS = 1000;

  /** One tries for all, every 20 ms: each for itself made more than 5,000 tries. */
  @Test
  void manyThatWaitForAPlaceInTheBacklogShareTheirTries() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    Backend full =
        (Backend)
            Proxy.newProxyInstance(
                Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (proxy, method, arguments) -> {
                  tries.incrementAndGet();
                  return null; // no place
                });
    List<Background<SocketTimeoutException>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(
          Background.start(
              "client " + i,
              () ->
                  assertThrows(
                      SocketTimeoutException.class,
                      () -> new Connector().connect(full, ADDRESS, MILLIS))));
    }
    for (Background<SocketTimeoutException> client : clients) {
      client.result();
    }
    assertTrue(tries.get() >= 2 * CLIENTS, tries + " tries"); // the last one when time is up
    assertTrue(tries.get() < 5 * CLIENTS, tries + " tries");
  }
}
