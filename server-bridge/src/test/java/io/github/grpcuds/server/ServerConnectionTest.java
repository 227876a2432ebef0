package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.http2.internal.ErrorCode;
import io.github.grpcuds.http2.internal.HeaderList;
import io.github.grpcuds.http2.internal.Http2Limits;
import io.github.grpcuds.http2.internal.Http2Listener;
import io.github.grpcuds.http2.internal.Http2Stream;
import io.github.grpcuds.http2.internal.InputChunk;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The test's thread is the loop's, and all others too. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerConnectionTest {
  private static final int PING_BYTES = 17;

  private final ScriptedChannel channel = new ScriptedChannel();
  private final FakePoller poller = new FakePoller();
  private final InputChunks inputChunks = new InputChunks(1);
  private final EventLoop loop = new EventLoop(poller, inputChunks, 0, () -> {}, null);
  private final List<String> events = new ArrayList<>();
  private List<Runnable> elsewhere; // tasks of the executor; null if it refuses them
  private ServerConnection connection;
  private Http2Stream stream; // of the last request
  private Runnable onData = () -> {};
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private final List<InputChunk> kept = new ArrayList<>();

  private final ConnectionMemory memory =
      new ConnectionMemory(new MemoryBudget(1 << 30), loop, new MessageMemory(1 << 30));

  private void start() {
    start(new PlainFilter(), false);
  }

  private void start(ByteFilter filter, boolean tasksInLoop) {
    start(filter, tasksInLoop, new ReentrantLock());
  }

  private void start(ByteFilter filter, boolean tasksInLoop, ReentrantLock lock) {
    connection =
        new ServerConnection(
            channel,
            loop,
            filter,
            this::elsewhere,
            this::elsewhere,
            new Http2Limits(),
            new Requests(),
            new Noted(),
            tasksInLoop,
            memory,
            lock);
    memory.begin(connection, 0);
    connection.start();
    loop.turn();
  }

  private void elsewhere(Runnable task) {
    if (elsewhere == null) {
      throw new RejectedExecutionException("by a test");
    }
    elsewhere.add(task);
  }

  private final class Noted implements ServerConnection.Listener {
    @Override
    public void established() {
      events.add("established");
    }

    @Override
    public void closed(String reason) {
      events.add("closed: " + reason);
    }
  }

  private void pings(int count) {
    connection.lock();
    try {
      for (int i = 0; i < count; i++) {
        connection.http2().ping(i);
      }
    } finally {
      connection.unlock();
    }
  }

  private int waiting() {
    connection.lock();
    try {
      return connection.http2().output().size();
    } finally {
      connection.unlock();
    }
  }

  private void turnUntilClosed(int seconds) {
    Deadline deadline = Deadline.after(seconds, TimeUnit.SECONDS);
    while (!channel.closed && !deadline.isPast()) {
      channel.room = Math.max(channel.room, 1); // it reads on, a byte at a time
      loop.turn();
    }
    assertTrue(channel.closed, "still open");
  }

  @Test
  void settingsGoOutAtOnce() {
    start();
    assertEquals(0, waiting());
    assertEquals(4, channel.written.toByteArray()[3], "SETTINGS");
    assertEquals("[established]", events.toString());
  }

  @Test
  void whatTheSocketDoesNotTakeFollowsWhenItDoes() {
    start();
    int before = channel.written.size();
    channel.wholeWrites = 0;
    channel.room = 5;
    pings(1);
    connection.flush();
    assertEquals(before + 5, channel.written.size());
    loop.turn();
    assertTrue(poller.write);
    channel.room = 1000;
    loop.turn();
    assertEquals(before + PING_BYTES, channel.written.size());
    assertFalse(poller.write);
  }

  /** Whatever the number of writes is after which a thread hands over. */
  @Test
  void blockIsNoticedAtEachOfManyWrites() {
    start();
    for (int writes = 10; writes < 25; writes++) {
      pings(26 * 128 * 1024 / PING_BYTES);
      channel.wholeWrites = writes;
      channel.room = 0;
      connection.flush();
      loop.turn();
      loop.turn();
      assertTrue(poller.write, "after " + writes + " writes");
      channel.wholeWrites = Integer.MAX_VALUE;
      channel.room = Integer.MAX_VALUE;
      while (waiting() > 0) {
        loop.turn();
      }
    }
  }

  @Test
  void inputGoesOnAfterOutputThatGrewTooLongWhileAnotherWrote() {
    start();
    pings(1);
    channel.onWrite =
        () -> { // meanwhile the loop's thread
          pings(600_000 / PING_BYTES);
          channel.input.add("PRI".getBytes(StandardCharsets.US_ASCII));
          loop.turn();
          assertFalse(poller.read, "too much output, and still reading");
        };
    connection.flush();
    assertEquals(0, waiting());
    loop.turn();
    assertTrue(poller.read);
  }

  @Test
  void outputAddedDuringAWriteIsWrittenByTheWriter() {
    start();
    int before = channel.written.size();
    pings(1);
    channel.onWrite =
        () -> {
          pings(1);
          connection.flush();
          assertEquals(before, channel.written.size(), "a second writer");
        };
    connection.flush();
    assertEquals(before + 2 * PING_BYTES, channel.written.size());
  }

  @Test
  void closesWhenAllIsWritten() {
    start();
    channel.wholeWrites = 0;
    channel.room = 5;
    pings(1);
    connection.closeWhenWritten("the test is over");
    loop.turn();
    assertFalse(channel.closed);
    assertTrue(poller.write);
    assertFalse(poller.read);
    channel.room = 1000;
    loop.turn();
    assertTrue(channel.closed);
    connection.closeNow("again");
    assertEquals("[established, closed: the test is over]", events.toString());
  }

  @Test
  void closesAfterAWhileIfTheClientReadsNothing() {
    start();
    channel.wholeWrites = 0;
    channel.room = 0;
    pings(1);
    connection.closeWhenRead("the test is over");
    Deadline deadline = Deadline.start();
    while (!channel.closed) {
      deadline.check(() -> "still open");
      loop.turn();
    }
    assertEquals("[established, closed: the test is over]", events.toString());
  }

  /** A server that is to end now does not wait for those that it gave time before. */
  @Test
  void clientThatReadsSlowlyIsGivenTimeUnlessItIsUrgent() {
    start();
    channel.wholeWrites = 0;
    channel.room = 0;
    pings(500_000);
    connection.closeWhenRead("the test is over");
    connection.closeWhenWritten("now");
    turnUntilClosed(3);
  }

  @Test
  void aFailedWriteClosesOnce() {
    start();
    pings(1);
    channel.onWrite =
        () -> {
          throw new OutOfMemoryError("by a test");
        };
    connection.flush();
    assertTrue(channel.closed);
    assertEquals("[established, closed: java.lang.OutOfMemoryError: by a test]", events.toString());
  }

  @Test
  void http2ThatBreaksInTheMiddleOfAFrameEndsTheConnection() {
    start();
    request();
    Wire wire = new ConnectionWire(connection, new ManualScheduler());
    wire.lock();
    try {
      assertThrows(NullPointerException.class, () -> wire.sendData(stream, null, 0, 10, false));
    } finally {
      wire.unlock();
    }
    assertTrue(channel.closed);
  }

  @Test
  void pollerThatCannotForgetTheSocketKeepsItNotOpen() {
    start();
    poller.onRemove = new OutOfMemoryError("by a test");
    connection.closeNow("the test is over");
    assertTrue(channel.closed);
    loop.turn();
    assertEquals("[established, closed: the test is over]", events.toString());
  }

  @Test
  void pollerThatNeverForgetsTheSocketKeepsItNotOpen() {
    start();
    poller.onEachRemove = new IllegalStateException("by a test");
    connection.closeNow("the test is over");
    loop.turn();
    assertTrue(channel.closed);
    assertEquals("[established, closed: the test is over]", events.toString());
  }

  /** A listener that is told under the lock finds no memory, in the middle of a frame. */
  @Test
  void errorInTheMiddleOfAFrameIsTheServersFault() {
    start();
    request();
    channel.written.reset();
    channel.input.add(data(100));
    onData =
        () -> {
          throw new OutOfMemoryError("by a test");
        };
    loop.turn();
    channel.input.add(data(100));
    loop.turn();
    assertTrue(channel.closed);
    byte[] goAway = Arrays.copyOfRange(channel.written.toByteArray(), 0, 17);
    assertEquals(7, goAway[3], "type of " + Arrays.toString(goAway));
    assertEquals(ErrorCode.INTERNAL_ERROR.code(), goAway[16]);
    assertTrue(events.get(1).startsWith("closed: java.lang.OutOfMemoryError"), events::toString);
  }

  /** Who has written and cannot note it would write the same once more. */
  @Test
  void lockThatFindsNoMemoryToWaitIsTriedAgain() throws InterruptedException {
    AtomicInteger failures = new AtomicInteger();
    ReentrantLock lock =
        new ReentrantLock() {
          @Override
          public void lock() {
            if (failures.getAndIncrement() < 3) {
              throw new OutOfMemoryError("by a test");
            }
            super.lock();
          }
        };
    start(new PlainFilter(), false, lock);
    int before = channel.written.size();
    pings(1);
    Thread[] holder = new Thread[1];
    CountDownLatch held = new CountDownLatch(1);
    channel.onWrite =
        () -> { // another takes the lock, and holds it until the writer has failed to wait for it
          holder[0] =
              new Thread(
                  () -> {
                    connection.lock();
                    held.countDown();
                    Await.until(() -> failures.get() > 0, () -> "nobody waits for the lock");
                    connection.unlock();
                  });
          holder[0].start();
          Await.until(() -> held.getCount() == 0, () -> "not locked");
        };
    connection.flush();
    holder[0].join();
    pings(1);
    connection.flush();
    assertEquals(before + 2 * PING_BYTES, channel.written.size());
    assertFalse(channel.closed);
  }

  private void request() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    bytes.write(preface, 0, preface.length);
    bytes.write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}, 0, 9);
    // :method POST, :scheme http, :path /
    bytes.write(
        new byte[] {0, 0, 3, 1, 4, 0, 0, 0, 1, (byte) 0x83, (byte) 0x86, (byte) 0x84}, 0, 12);
    channel.input.add(bytes.toByteArray());
    loop.turn();
    assertTrue(stream != null, () -> events.toString());
  }

  private static byte[] data(int length) {
    byte[] frame = new byte[9 + length];
    new Random(length).nextBytes(frame);
    byte[] head = {0, (byte) (length >> 8), (byte) length, 0, 0, 0, 0, 0, 1};
    System.arraycopy(head, 0, frame, 0, head.length);
    return frame;
  }

  @Test
  void largeMessagesAreReadIntoChunksWhileThereAreAny() {
    start();
    request();
    byte[] frame = data(16_000);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    int[] chunksRead = {0, 1, 1, 2};
    int[] held = {0, 1, 1, 1};
    for (int i = 0; i < 4; i++) {
      channel.input.add(frame);
      loop.turn();
      expected.write(frame, 9, frame.length - 9);
      assertEquals(chunksRead[i], channel.chunksRead, "after frame " + i);
      assertEquals(held[i], inputChunks.held(), "after frame " + i);
      if (i == 2) {
        kept.remove(0).release();
      }
    }
    assertArrayEquals(expected.toByteArray(), body.toByteArray());
    kept.remove(0).release();
    channel.input.add(data(10));
    channel.input.add(data(20));
    loop.turn();
    loop.turn();
    assertEquals(3, channel.chunksRead, "small ones are read into an array");
    assertEquals(0, inputChunks.held());
  }

  @Test
  void whatIsToBeWrittenSoonIsWrittenTogetherByTheLoop() {
    start();
    int before = channel.written.size();
    pings(1);
    connection.flushSoon();
    pings(1);
    connection.flushSoon();
    assertEquals(2 * PING_BYTES, waiting());
    loop.turn();
    assertEquals(before + 2 * PING_BYTES, channel.written.size());
    pings(1);
    connection.flushSoon();
    loop.turn();
    assertEquals(before + 3 * PING_BYTES, channel.written.size());
  }

  /** A call that runs in the loop's thread may go on for long. */
  @Test
  void whatALoopsCallWantsWrittenSoonIsWrittenByWhoeverComesFirst() throws InterruptedException {
    elsewhere = new ArrayList<>();
    start();
    int before = channel.written.size();
    pings(1);
    inLoopThread(connection::flushSoon);
    assertEquals(PING_BYTES, waiting());
    elsewhere.remove(0).run();
    assertEquals(before + PING_BYTES, channel.written.size());

    pings(1);
    inLoopThread(connection::flushSoon);
    loop.turn();
    assertEquals(before + 2 * PING_BYTES, channel.written.size());
    pings(1);
    elsewhere.remove(0).run();
    assertEquals(PING_BYTES, waiting(), "it was done already");

    elsewhere = null;
    inLoopThread(connection::flushSoon);
    assertEquals(0, waiting(), "nobody else is there to do it");
  }

  /** A handler in the loop's thread may wait for what is to be written. */
  @Test
  void nothingIsLeftToTheLoopWhereHandlersRunInPlace() {
    start(new PlainFilter(), true);
    int before = channel.written.size();
    pings(1);
    connection.flushSoon();
    assertEquals(before + PING_BYTES, channel.written.size());
  }

  private void inLoopThread(Runnable task) throws InterruptedException {
    Thread thread = new LoopThread(loop, task, "test loop", null);
    thread.start();
    thread.join();
  }

  @Test
  void tasksRunInTheThreadThatMadeThem() {
    start();
    addTask();
    assertEquals("[established, task]", events.toString());
  }

  /** A handler may want a lock that this thread holds. */
  @Test
  void tasksOfHandlersThatRunInPlaceWaitForTheLoop() {
    start(new PlainFilter(), true);
    addTask();
    assertEquals("[established]", events.toString());
    loop.turn();
    assertEquals("[established, task]", events.toString());
  }

  private void addTask() {
    connection.lock();
    try {
      connection.later(new SerialQueue(), () -> events.add("task"));
      assertEquals("[established]", events.toString());
    } finally {
      connection.unlock();
    }
  }

  @Test
  void taskThatTheExecutorRefusesIsRunAllTheSame() {
    start(new Handshake(), false);
    channel.input.add(new byte[1]);
    loop.turn();
    loop.turn();
    assertEquals("[task, established]", events.toString());
    assertTrue(channel.written.size() > 0, "SETTINGS");
  }

  @Test
  void clientThatHasLeftIsNotWorthATask() {
    start(new Handshake(), false);
    elsewhere = new ArrayList<>();
    channel.input.add(new byte[1]);
    channel.input.add(ScriptedChannel.END);
    loop.turn();
    assertEquals("[closed: " + ServerConnection.CLIENT_CLOSED + "]", events.toString());
    assertTrue(elsewhere.isEmpty(), "a task of its handshake");
  }

  @Test
  void aHandshakeEndsWithItsConnection() {
    Handshake handshake = new Handshake();
    handshake.wantsOutput = true;
    handshake.onInput = () -> connection.closeNow("the test is over");
    start(handshake, false);
    channel.input.add(new byte[1]);
    loop.turn();
    assertEquals("[closed: the test is over]", events.toString());
  }

  /** Else each write would wait until the client has read almost all of the one before. */
  @Test
  void filterThatTakesAPartDoesNotBlockTheSocket() {
    Handshake filter = new Handshake();
    filter.done = true;
    filter.most = 20;
    start(filter, false);
    channel.written.reset();
    pings(10);
    connection.flush();
    assertEquals(10 * PING_BYTES, channel.written.size());
    loop.turn();
    assertFalse(poller.write);
  }

  /** Takes one task. */
  private final class Handshake implements ByteFilter {
    private boolean done;
    private boolean taken;
    boolean wantsOutput;
    int most = Integer.MAX_VALUE; // bytes of an output
    Runnable onInput = () -> {};

    @Override
    public void input(byte[] buffer, int offset, int length, Sink sink) {
      onInput.run();
    }

    @Override
    public Runnable takeTask() {
      if (taken) {
        return null;
      }
      taken = true;
      return () -> {
        done = true;
        events.add("task");
      };
    }

    @Override
    public boolean isEstablished() {
      return done;
    }

    @Override
    public boolean wantsOutput() {
      return wantsOutput;
    }

    @Override
    public int output(byte[] buffer, int offset, int length, Sink sink) {
      int count = Math.min(length, most);
      sink.accept(buffer, offset, count);
      return count;
    }

    @Override
    public void closeOutput(Sink sink) {}

    @Override
    public boolean isInputEnded() {
      return false;
    }

    @Override
    public void endOfInput() {}
  }

  private final class Requests implements Http2Listener {
    @Override
    public void onPreface() {}

    @Override
    public void onRequest(Http2Stream request, HeaderList headers, boolean endOfStream) {
      stream = request;
    }

    @Override
    public void onData(Http2Stream s, byte[] buffer, int offset, int length, boolean end) {
      onData.run();
      body.write(buffer, offset, length);
    }

    @Override
    public void onData(Http2Stream s, InputChunk chunk, int offset, int length, boolean end) {
      byte[] bytes = new byte[length];
      chunk.part(offset, length).get(bytes);
      body.write(bytes, 0, length);
      chunk.retain();
      kept.add(chunk);
    }

    @Override
    public void onSent(Http2Stream s, int bytes) {}

    @Override
    public void onReset(Http2Stream s, ErrorCode error, String reason) {}

    @Override
    public void onClosed(Http2Stream s) {}

    @Override
    public void onPing() {}

    @Override
    public void onPingAck(long payload) {}

    @Override
    public void onGoAway(ErrorCode error, String debugData) {}

    @Override
    public void onConnectionError(ErrorCode error, String reason) {
      events.add(error + ": " + reason);
    }
  }
}
