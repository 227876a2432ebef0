package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Deadline;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class QueuedOutputTest {
  private static final int MAX_TASKS = 16;

  private final FakeConnection connection = new FakeConnection();
  private final SlowChannel channel = connection.channel;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ByteArrayOutputStream expected = new ByteArrayOutputStream();

  @AfterEach
  void endThreads() throws InterruptedException {
    channel.close();
    threads.shutdown();
    assertTrue(
        threads.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS), "a thread waits for ever");
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    expected.write(bytes, 0, count);
    return bytes;
  }

  private QueuedOutput output(SlowChannel to, long stuckMillis) {
    return new ConnectionWriter(to.socket, to, connection.executor, stuckMillis).output();
  }

  private void assertAllTaken() {
    byte[] taken = channel.taken();
    assertArrayEquals(
        expected.toByteArray(),
        Arrays.copyOfRange(taken, FakeConnection.PREFACE.length, taken.length));
  }

  @Test
  void flushWritesWhatWasGathered() throws Exception {
    channel.makeRoom(1000);
    connection.output.write(bytes(300));
    connection.output.write(bytes(200));
    assertEquals(FakeConnection.PREFACE.length, channel.taken().length);
    connection.output.flush();
    assertAllTaken();
  }

  @Test
  void threadOfThePoolWaitsUntilAllIsWritten() throws Exception {
    byte[] all = bytes(500_000);
    Future<?> writer =
        threads.submit(
            () -> {
              connection.write(all);
              return null;
            });
    Random random = new Random(1);
    for (int given = 0; given < all.length; ) {
      assertFalse(writer.isDone(), "did not wait");
      int room = Math.min(all.length - given, random.nextInt(20_000));
      channel.makeRoom(room);
      given += room;
    }
    writer.get(Deadline.SECONDS, TimeUnit.SECONDS);
    assertAllTaken();
  }

  @Test
  void callersThreadLeavesToThePoolWhatDoesNotFit() throws Exception {
    channel.makeRoom(10);
    connection.addWrite(bytes(200_000));
    connection.runPutOff();
    assertEquals(FakeConnection.PREFACE.length + 10, channel.taken().length);
    channel.makeRoom(1 << 20);
    connection.runPool();
    assertAllTaken();
  }

  @Test
  void callersThreadStopsAfterTheTaskThatDidNotFit() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    connection.addWrite(bytes(100));
    for (int i = 0; i < 5; i++) {
      byte[] more = bytes(100 + i);
      connection.add(
          () -> {
            ran.incrementAndGet();
            connection.write(more);
          });
    }
    connection.runPutOff();
    assertEquals(0, ran.get());
    channel.makeRoom(1 << 20);
    connection.runPool();
    assertEquals(5, ran.get());
    assertAllTaken();
  }

  @Test
  void callersThreadDoesNotWriteForOthersForEver() throws Exception {
    channel.makeRoom(1 << 20);
    AtomicInteger ran = new AtomicInteger();
    FakeConnection.Task[] endless = new FakeConnection.Task[1];
    endless[0] =
        () -> {
          connection.write(bytes(1));
          if (ran.incrementAndGet() < 1000) {
            connection.add(endless[0]);
          }
        };
    connection.add(endless[0]);
    connection.runPutOff();
    assertEquals(MAX_TASKS, ran.get());
    connection.runPool();
    assertEquals(1000, ran.get());
    assertAllTaken();
  }

  @Test
  void callersThreadLeavesTheRestOfALargeMessageToThePool() throws Exception {
    channel.makeRoom(1 << 20);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 10; i++) {
      connection.add(
          () -> {
            ran.incrementAndGet();
            connection.write(bytes(16_384));
          });
    }
    connection.runPutOff();
    assertEquals(6, ran.get());
    connection.runPool();
    assertEquals(10, ran.get());
    assertAllTaken();
  }

  @Test
  void failureThatNobodyWaitedForShowsAtTheNextWrite() {
    connection.addWrite(bytes(100));
    connection.runPutOff();
    channel.fail("Broken pipe");
    connection.runPool();
    channel.fail(null);
    IOException e = assertThrows(IOException.class, () -> connection.write(new byte[1]));
    assertEquals("Broken pipe", e.getMessage());
  }

  @Test
  void whoeverWaitsWritesIfThePoolDoesNot() throws Exception {
    connection.addWrite(bytes(100));
    connection.poolRejects = true;
    connection.runPutOff();
    byte[] more = bytes(50);
    Future<?> writer =
        threads.submit(
            () -> {
              connection.write(more);
              return null;
            });
    channel.makeRoom(1000);
    writer.get(Deadline.SECONDS, TimeUnit.SECONDS);
    assertAllTaken();
  }

  @Test
  void closeDoesNotWaitForWhatIsKept() throws Exception {
    connection.addWrite(bytes(100));
    connection.runPutOff();
    connection.output.close();
    assertTrue(channel.isClosed());
    connection.runPool();
    assertThrows(IOException.class, () -> connection.write(new byte[1]));
  }

  @Test
  void abortEndsAThreadThatWaits() throws Exception {
    Future<?> writer =
        threads.submit(
            () -> assertThrows(IOException.class, () -> connection.write(new byte[100])));
    channel.awaitWaiting();
    connection.executor.abort();
    writer.get(Deadline.SECONDS, TimeUnit.SECONDS);
    assertTrue(channel.isClosed());
  }

  @Test
  void afterAnAbortNoThreadWaits() {
    connection.executor.abort();
    assertFalse(channel.isClosed());
    assertThrows(IOException.class, () -> connection.write(new byte[100]));
    assertTrue(channel.isClosed());
  }

  @Test
  void serverThatReadsNothingForTooLongIsLeft() throws Exception {
    SlowChannel stuck = new SlowChannel(10);
    QueuedOutput output = output(stuck, 50);
    IOException e =
        assertThrows(SocketTimeoutException.class, () -> output.write(new byte[100], 0, 100));
    assertEquals("the server has read nothing for 50 ms", e.getMessage());
    assertTrue(stuck.isClosed());
  }

  /** A socket counts as writable when most of it has been read, which may take a slow one long. */
  @Test
  void serverThatReadsALittleIsNotLeft() throws Exception {
    SlowChannel slow = new SlowChannel(10);
    slow.makeRoomAtTimeOuts(7);
    QueuedOutput output = output(slow, 50);
    output.write(new byte[100], 0, 100);
    assertEquals(100, slow.takenBytes());
    assertFalse(slow.isClosed());
  }

  @Test
  void errorInAWriterClosesTheConnection() {
    connection.add(
        () -> {
          throw new StackOverflowError("by the test");
        });
    assertThrows(StackOverflowError.class, connection::runPutOff);
    assertTrue(channel.isClosed());
  }

  /** The pool may be done with what was kept just when a caller's thread is about to ask it. */
  @Test
  void nothingIsKeptForEver() throws Exception {
    connection.threads = threads;
    int bytes = 1000;
    long all = channel.takenBytes();
    for (int i = 0; i < 200; i++) {
      connection.add(() -> writeOneByOne(bytes));
      Future<?> reader = threads.submit(() -> makeRoomOneByOne(bytes));
      connection.runPutOff();
      reader.get(Deadline.SECONDS, TimeUnit.SECONDS);
      all += bytes;
      channel.awaitTaken(all);
    }
  }

  private void writeOneByOne(int bytes) throws Exception {
    for (int i = 0; i < bytes; i++) {
      connection.write(new byte[1]);
    }
  }

  private void makeRoomOneByOne(int bytes) {
    for (int i = 0; i < bytes; i++) {
      channel.makeRoom(1);
    }
  }

  /** TLS writes records, in several threads when it is closed, and knows no writer. */
  @Test
  void writesOfSeveralThreadsAreNotMixed() throws Exception {
    SlowChannel tls = new SlowChannel(0);
    QueuedOutput output = output(tls, 0);
    int size = 1000;
    int each = 200;
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      byte[] record = new byte[size];
      Arrays.fill(record, (byte) (i + 1));
      all.add(
          threads.submit(
              () -> {
                for (int k = 0; k < each; k++) {
                  output.write(record);
                  output.flush();
                }
                return null;
              }));
    }
    for (long given = 0; given < 4L * size * each; given += 777) {
      tls.makeRoom(777);
    }
    for (Future<?> one : all) {
      one.get(Deadline.SECONDS, TimeUnit.SECONDS);
    }
    byte[] taken = tls.taken();
    assertEquals(4 * size * each, taken.length);
    for (int i = 0; i < taken.length; i++) {
      assertEquals(taken[i - i % size], taken[i], "byte " + i);
    }
  }
}
