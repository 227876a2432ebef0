package io.github.grpcuds.transport.internal.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.BusyPoll;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class UdsInputStreamTest {
  private static final UdsAddress ANY = UdsAddress.ofPath("/any");

  private interface Read {
    int count() throws Exception;
  }

  private int sleeps;

  private UdsChannel channel(Read read) {
    return (UdsChannel)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {UdsChannel.class},
            (proxy, method, args) -> {
              if (method.getName().equals("awaitReadable")) {
                sleeps++;
                return true;
              }
              return method.getName().equals("read") ? read.count() : null;
            });
  }

  @Test
  void closeThatAReadTakesForTheEndIsAClose() throws Exception {
    AtomicReference<Socket> socket = new AtomicReference<>();
    UdsChannel closedWhileItReads =
        channel(
            () -> {
              socket.get().close();
              return -1;
            });
    socket.set(new UdsSocket(closedWhileItReads, ANY));
    InputStream in = socket.get().getInputStream();
    assertEquals("Socket closed", assertThrows(SocketException.class, in::read).getMessage());
  }

  /** Reads twice; the second one is the one that waits before it reads, or looks. */
  private void readTwice(long busyPollNanos, Integer... counts) throws Exception {
    Queue<Integer> left = new ArrayDeque<>(Arrays.asList(counts));
    InputStream in =
        new UdsInputStream(new UdsSocket(ANY), channel(left::remove), new BusyPoll(busyPollNanos));
    assertEquals(2, in.read(new byte[10]));
    assertEquals(3, in.read(new byte[10]));
    assertEquals(0, left.size());
  }

  @Test
  void looksBeforeItSleeps() throws Exception {
    readTwice(TimeUnit.DAYS.toNanos(1), 2, 0, 0, 3);
    assertEquals(0, sleeps);
  }

  @Test
  void looksWhenTheFirstReadFindsNothing() throws Exception {
    readTwice(TimeUnit.DAYS.toNanos(1), 0, 0, 2, 3);
    assertEquals(0, sleeps);
  }

  @Test
  void sleepsWhenItHasLookedLongEnough() throws Exception {
    readTwice(1, 2, 0, 3);
    assertEquals(1, sleeps);
  }

  @Test
  void sleepsAtOnceIfToldTo() throws Exception {
    readTwice(0, 2, 3);
    assertEquals(1, sleeps);
  }
}
