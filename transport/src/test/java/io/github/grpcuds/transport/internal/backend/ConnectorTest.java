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

  /** One try every 20 ms of each made more than 5,000, and 200 clients took half a processor. */
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
    assertTrue(tries.get() < 20 * CLIENTS, tries + " tries");
  }
}
