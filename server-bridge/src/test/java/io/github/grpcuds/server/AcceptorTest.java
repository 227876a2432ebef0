package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

class AcceptorTest {
  private final FakePoller poller = new FakePoller();
  private final EventLoop loop = new EventLoop(poller, new InputChunks(0), 0, () -> {}, null);
  private final ConnectionPermits places = new ConnectionPermits(0);

  private final UdsListener listener =
      (UdsListener)
          Proxy.newProxyInstance(
              AcceptorTest.class.getClassLoader(),
              new Class<?>[] {UdsListener.class},
              (proxy, method, arguments) -> null);

  private final Acceptor acceptor =
      new Acceptor(
          listener,
          UdsAddress.ofPath("/tmp/s"),
          loop,
          places,
          new MemoryBudget(1 << 20),
          channel -> {});

  /** Nobody else would: the server would accept no more for ever. */
  @Test
  void watchThatCannotBeginAgainForWantOfMemoryIsTriedUntilItDoes() throws Exception {
    acceptor.start();
    poller.listener.ready(true, false);
    assertNull(poller.listener, "there is no place");
    poller.onEachAdd = new OutOfMemoryError("by a test");
    places.giveBack();
    for (int i = 0; i < 3; i++) {
      loop.turn();
      assertNull(poller.listener);
    }
    poller.onEachAdd = null;
    Deadline deadline = Deadline.start();
    while (poller.listener == null) {
      deadline.check(() -> "nothing is accepted");
      loop.turn();
    }
  }
}
