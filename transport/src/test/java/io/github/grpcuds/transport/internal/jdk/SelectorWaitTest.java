package io.github.grpcuds.transport.internal.jdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Background;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SelectorWaitTest {
  private Pipe pipe;
  private SelectorWait waiter;

  @BeforeEach
  void open() throws IOException {
    pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    waiter = new SelectorWait(pipe.source(), SelectionKey.OP_READ);
  }

  @AfterEach
  void close() throws IOException {
    pipe.sink().close();
    pipe.source().close();
    waiter.close();
  }

  @Test
  void waitsUntilTheChannelIsReadyAsOftenAsAsked() throws Exception {
    Background<Boolean> waiting = waiting(0);
    makeReady();
    assertTrue(waiting.result());
    assertTrue(waiter.await(0));
    assertTrue(waiter.await(1));
  }

  @Test
  void timesOutNotTooEarly() throws Exception {
    long start = System.nanoTime();
    assertFalse(waiter.await(30));
    assertTrue(System.nanoTime() - start >= 30_000_000);
  }

  @Test
  void interruptIsPutAsideWhileItWaitsAndKeptAfterwards() throws Exception {
    Background<Boolean> waiting =
        Background.start("waiter", () -> waiter.await(0) && Thread.currentThread().isInterrupted());
    waiting.awaitInside("select");
    waiting.interrupt();
    Await.until(() -> !waiting.isInterrupted(), () -> "select() spins, as the flag is still set");
    makeReady();
    assertTrue(waiting.result(), "the interrupt was lost");
  }

  @Test
  void interruptDoesNotShortenATimeout() throws Exception {
    Thread.currentThread().interrupt();
    long start = System.nanoTime();
    assertFalse(waiter.await(30));
    assertTrue(System.nanoTime() - start >= 30_000_000);
    assertTrue(Thread.interrupted(), "the interrupt was lost");
  }

  @Test
  void closeEndsTheWait() throws Exception {
    Background<Boolean> waiting = waiting(0);
    pipe.source().close();
    waiter.close();
    assertEquals("Socket closed", waiting.failure().getMessage());
  }

  @Test
  void waitsNoMoreOnceClosed() throws Exception {
    waiter.await(1);
    waiter.close();
    waiter.close();
    assertThrows(SocketException.class, () -> waiter.await(0));
  }

  @Test
  void closedChannelIsNotWaitedFor() throws Exception {
    pipe.source().close();
    assertThrows(SocketException.class, () -> waiter.await(0));
  }

  private Background<Boolean> waiting(long timeoutMillis) {
    return Background.start("waiter", () -> waiter.await(timeoutMillis)).awaitInside("select");
  }

  private void makeReady() throws IOException {
    pipe.sink().write(ByteBuffer.wrap(new byte[1]));
  }
}
