package io.github.grpcuds.transport.internal.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.backend.Listeners;
import io.github.grpcuds.transport.internal.posix.PosixChannel;
import io.github.grpcuds.transport.internal.testing.Descriptors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a loop relies on, for every kind of poller alike. */
public abstract class PollerTest extends BackendTest {
  private static final int BACKLOG = 128;
  private static final long SHORT_MILLIS = 30;
  private static final long LONG_MILLIS = TimeUnit.SECONDS.toMillis(Deadline.SECONDS);

  UdsAddress address;
  UdsListener listener;
  Poller poller;

  public PollerTest(String backend) {
    super(backend);
  }

  /** A poller of the kind under test. */
  public abstract Poller open(UdsListener listener) throws IOException;

  @BeforeEach
  void openPoller() throws IOException {
    address = at(dir.resolve("s"));
    listener = closing(Listeners.listen(address, SocketFileOptions.defaults(), BACKLOG));
    poller = closing(open(listener));
  }

  @AfterEach
  void forgetInterrupt() {
    Thread.interrupted();
  }

  @Test
  void bytesMakeAChannelReadable() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    assertEquals(0, poller.poll(0));
    pair.send(1);
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals("[readable]", recorder.toString());
  }

  @Test
  void readinessLastsUntilTheBytesAreRead() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    pair.send(2);
    for (int i = 0; i < 3; i++) {
      assertEquals(1, poller.poll(LONG_MILLIS));
    }
    assertEquals("[readable, readable, readable]", recorder.toString());
    assertEquals(2, pair.receive());
    assertEquals(0, poller.poll(0));
  }

  @Test
  void fullBuffersAreNotWritableUntilThePeerReads() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    poller.setInterest(pair.server, true, true);
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals("[writable]", recorder.toString());
    pair.fill();
    assertEquals(0, poller.poll(0));
    Background<Integer> loop = Background.start("loop", () -> poller.poll(LONG_MILLIS));
    pair.drain();
    assertEquals(1, loop.result());
    assertEquals("[writable, writable]", recorder.toString());
  }

  @Test
  void bothAreReportedAtOnce() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    poller.setInterest(pair.server, true, true);
    pair.send(1);
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals("[readable and writable]", recorder.toString());
  }

  @Test
  void readingPausesAndGoesOn() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    pair.send(1);
    poller.setInterest(pair.server, false, false);
    assertEquals(0, poller.poll(SHORT_MILLIS));
    poller.setInterest(pair.server, true, false);
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals("[readable]", recorder.toString());
  }

  @Test
  void interestOfAnotherThreadReachesAWaitingLoop() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    for (int i = 0; i < 50; i++) {
      Background<Void> loop = pollUntil(recorder);
      poller.setInterest(pair.server, false, true);
      loop.result();
      poller.setInterest(pair.server, false, false);
    }
  }

  @Test
  void addOfAnotherThreadReachesAWaitingLoop() throws Exception {
    for (int i = 0; i < 50; i++) {
      Pair pair = pair();
      pair.send(i);
      Recorder recorder = new Recorder();
      Background<Void> loop = pollUntil(recorder);
      poller.add(pair.server, recorder);
      loop.result();
      poller.remove(pair.server);
    }
  }

  /** Loops until there is a callback more. */
  private Background<Void> pollUntil(Recorder recorder) {
    int before = recorder.count();
    return Background.start(
        "loop",
        () -> {
          while (recorder.count() == before) {
            poller.poll(-1);
          }
          return null;
        });
  }

  @Test
  void listenerIsReadyWhileAConnectionWaits() throws Exception {
    Recorder recorder = new Recorder();
    poller.addListener(listener, recorder);
    assertEquals(0, poller.poll(0));
    closing(connect());
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals("[readable, readable]", recorder.toString());
    closing(listener.accept());
    assertNull(listener.accept());
    assertEquals(0, poller.poll(0));
  }

  @Test
  void listenerIsAddedAgainAfterAPause() throws Exception {
    Recorder recorder = new Recorder();
    poller.addListener(listener, recorder);
    closing(connect());
    poller.removeListener(listener);
    assertEquals(0, poller.poll(SHORT_MILLIS));
    poller.addListener(listener, recorder);
    pollOnce();
    assertEquals("[readable]", recorder.toString());
  }

  @Test
  void nothingFollowsARemoveInItsOwnCallback() throws Exception {
    Pair pair = pair();
    Recorder recorder = new Recorder();
    poller.add(
        pair.server,
        (readable, writable) -> {
          recorder.ready(readable, writable);
          poller.remove(pair.server);
        });
    pair.send(1);
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals(0, poller.poll(SHORT_MILLIS));
    assertEquals(1, recorder.count());
  }

  @Test
  void readySocketIsNotCalledWhenAnotherCallbackRemovedIt() throws Exception {
    assertOneOfTwoIsCalled(other -> poller.remove(other));
  }

  @Test
  void readySocketIsNotCalledWhenAnotherCallbackTookItsInterest() throws Exception {
    assertOneOfTwoIsCalled(other -> poller.setInterest(other, false, false));
  }

  private interface ChannelAction {
    void run(UdsChannel channel) throws IOException;
  }

  /** Both are ready, and the callback of either does something to the other. */
  private void assertOneOfTwoIsCalled(ChannelAction toTheOther) throws Exception {
    Pair first = pair();
    Pair second = pair();
    AtomicInteger calls = new AtomicInteger();
    addWith(first, calls, () -> toTheOther.run(second.server));
    addWith(second, calls, () -> toTheOther.run(first.server));
    first.send(1);
    second.send(1);
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals(1, calls.get());
  }

  @Test
  void removedChannelIsAddedAgain() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    pair.send(1);
    for (int i = 0; i < 3; i++) {
      poller.remove(pair.server);
      poller.add(pair.server, recorder);
    }
    poller.setInterest(pair.server, true, true);
    pollOnce();
    assertEquals("[readable and writable]", recorder.toString());
    poller.remove(pair.server);
    poller.add(pair.server, recorder);
    poller.remove(pair.server);
    assertEquals(0, poller.poll(0));
    assertEquals(0, poller.poll(0));
    Poller other = closing(open(listener));
    other.add(pair.server, recorder);
    assertEquals(1, other.poll(LONG_MILLIS));
  }

  @Test
  void wakeupIsNotLostWhileAChannelIsAddedAgain() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    Loop loop = new Loop(poller);
    AtomicBoolean done = new AtomicBoolean();
    Background<Void> adder =
        Background.start(
            "adder",
            () -> {
              while (!done.get()) {
                poller.remove(pair.server);
                poller.add(pair.server, recorder);
              }
              return null;
            });
    for (int i = 0; i < 5000; i++) {
      loop.awaitTurn();
    }
    done.set(true);
    adder.result();
    loop.stop();
  }

  @Test
  void idleLoopKeepsNoDescriptorOfARemovedChannel() throws Exception {
    Descriptors.assumeCountable();
    Loop loop = new Loop(poller);
    Pair pair = pair();
    int open = Descriptors.count();
    for (int i = 0; i < 100; i++) {
      Pair another = pair();
      add(another);
      loop.awaitTurn();
      loop.thread.awaitInside("await");
      poller.remove(another.server);
      another.server.close(); // before the other end, whose hang-up might wake the loop
      Descriptors.awaitAtMost(open + 1);
      another.client.close();
    }
    pair.server.close();
    loop.stop();
  }

  @Test
  void channelClosedWithoutRemoveIsNotCalled() throws Exception {
    Pair pair = pair();
    Pair other = pair();
    Recorder recorder = add(pair);
    Recorder otherRecorder = add(other);
    pair.send(1);
    pair.server.close();
    assertEquals(0, poller.poll(SHORT_MILLIS));
    poller.setInterest(pair.server, true, true);
    poller.remove(pair.server);
    poller.remove(pair.server);
    other.send(1);
    pollOnce();
    assertEquals("[] [readable]", recorder + " " + otherRecorder);
  }

  @Test
  void thousandsClosedWithoutRemoveAreForgotten() throws Exception {
    for (int i = 0; i < 2000; i++) {
      Pair pair = pair();
      add(pair);
      pair.server.close();
      pair.client.close();
      if (i % 10 == 0) {
        poller.poll(0);
      }
    }
    int kept = ((AbstractPoller<?>) poller).watches.size();
    assertTrue(kept < 200, kept + " watches kept");
  }

  @Test
  void reusedDescriptorIsNotMistakenForTheOldOne() throws Exception {
    Pair old = pair();
    Recorder oldRecorder = add(old);
    old.send(1);
    old.server.close(); // its number goes to the next descriptor
    Pair fresh = acceptedWith(numberOf(old.server));
    Recorder recorder = add(fresh);
    poller.setInterest(old.server, true, true);
    poller.remove(old.server);
    assertEquals(0, poller.poll(SHORT_MILLIS));
    fresh.send(1);
    pollOnce();
    assertEquals("[] [readable]", oldRecorder + " " + recorder);
  }

  @Test
  void reusedDescriptorGetsNoEventOfABatchBefore() throws Exception {
    Pair first = pair();
    Pair second = pair();
    Recorder recorder = new Recorder();
    AtomicInteger calls = new AtomicInteger();
    addWith(first, calls, () -> replace(second, recorder));
    addWith(second, calls, () -> replace(first, recorder));
    first.send(1);
    second.send(1);
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals("1 []", calls + " " + recorder);
    assertEquals(1, poller.poll(LONG_MILLIS)); // the first of the two, which is readable still
  }

  private void replace(Pair old, Recorder recorder) throws IOException {
    if (recorder.replaced) {
      return;
    }
    recorder.replaced = true;
    poller.remove(old.server);
    old.server.close();
    poller.add(acceptedWith(numberOf(old.server)).server, recorder);
  }

  /** A connection whose accepted end has that descriptor. */
  private Pair acceptedWith(int number) throws IOException {
    UdsChannel waiting = closing(connectKeeping(number));
    Pair pair = new Pair(waiting, closing(listener.accept()));
    assertEquals(number, numberOf(pair.server));
    return pair;
  }

  /** Connects without taking the number. */
  private UdsChannel connectKeeping(int number) throws IOException {
    UdsChannel taker = connect();
    if (number < 0 || numberOf(taker) != number) {
      return taker;
    }
    UdsChannel client = connect();
    listener.accept().close(); // the taker's other end
    taker.close();
    return client;
  }

  /** The descriptor, or -1 if this backend does not tell. */
  static int numberOf(UdsChannel channel) {
    return channel instanceof PosixChannel ? ((PosixChannel) channel).fd : -1;
  }

  @Test
  void wakeupBeforePollEndsItAtOnce() throws Exception {
    poller.wakeup();
    poller.wakeup();
    assertEquals(0, poller.poll(-1));
    assertWaits();
  }

  @Test
  void wakeupEndsAWaitingPoll() throws Exception {
    for (int i = 0; i < 100; i++) {
      Background<Integer> loop = Background.start("loop", () -> poller.poll(-1));
      if (i % 10 == 0) {
        loop.awaitInside("await");
      }
      poller.wakeup();
      assertEquals(0, loop.result());
    }
    assertWaits();
  }

  @Test
  void wakeupsOfManyThreadsAreAllSeen() throws Exception {
    Loop loop = new Loop(poller);
    List<Background<Void>> wakers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      wakers.add(
          Background.start(
              "waker " + i,
              () -> {
                for (int n = 0; n < 1000; n++) {
                  loop.awaitTurn();
                }
                return null;
              }));
    }
    for (Background<Void> waker : wakers) {
      waker.result();
    }
    loop.stop();
    assertWaits();
  }

  @Test
  void interruptEndsNoWaitForGoodAndClosesNothing() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    Thread.currentThread().interrupt();
    assertWaits();
    assertTrue(Thread.currentThread().isInterrupted());
    pair.send(1);
    assertEquals(1, poller.poll(LONG_MILLIS));
    assertEquals(1, pair.receive());
    assertTrue(Thread.interrupted());
    assertEquals(1, recorder.count());
  }

  @Test
  void interruptOfAWaitingLoopIsKept() throws Exception {
    Background<Boolean> loop =
        Background.start(
            "loop",
            () -> {
              poller.poll(-1);
              assertWaits();
              return Thread.currentThread().isInterrupted();
            });
    loop.awaitInside("await").interrupt();
    poller.wakeup();
    assertTrue(loop.result());
  }

  @Test
  void hangUpWithoutInterestDoesNotKeepTheLoopBusy() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    poller.setInterest(pair.server, false, false);
    pair.client.close();
    assertWaits();
    poller.setInterest(pair.server, true, false);
    pollOnce();
    poller.setInterest(pair.server, false, false);
    assertWaits();
    assertEquals("[readable]", recorder.toString());
    assertEquals(-1, pair.server.read(new byte[1], 0, 1));
  }

  /** Polls wait their full time, but for what a signal that came late ends. */
  private void assertWaits() throws IOException {
    Deadline deadline = Deadline.after(3 * SHORT_MILLIS, TimeUnit.MILLISECONDS);
    int polls = 0;
    while (!deadline.isPast()) {
      assertEquals(0, poller.poll(SHORT_MILLIS));
      polls++;
    }
    assertTrue(polls <= 5, polls + " polls in the time of 3");
  }

  @Test
  void hangUpOfAFullConnectionIsReadableAndWritable() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    poller.setInterest(pair.server, true, true);
    pair.fill();
    pair.client.close();
    pollOnce();
    assertEquals("[readable and writable]", recorder.toString());
    assertThrows(IOException.class, () -> pair.server.write(new byte[1], 0, 1));
  }

  @Test
  void hangUpEndsAWaitForRoom() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    pair.fill();
    poller.setInterest(pair.server, false, true);
    Background<Void> loop = pollUntil(recorder);
    pair.client.close();
    loop.result();
    assertEquals("[writable]", recorder.toString());
  }

  @Test
  void callbackThatThrowsDelaysOthersOnly() throws Exception {
    Pair bad = pair();
    Pair good = pair();
    Recorder recorder = add(good);
    poller.add(
        bad.server,
        (readable, writable) -> {
          throw new IllegalStateException("from a callback");
        });
    bad.send(1);
    assertThrows(IllegalStateException.class, () -> poller.poll(LONG_MILLIS));
    good.send(1);
    assertThrows(IllegalStateException.class, () -> poller.poll(LONG_MILLIS));
    poller.remove(bad.server);
    int before = recorder.count();
    pollOnce();
    assertEquals(before + 1, recorder.count());
  }

  @Test
  void thousandSocketsAreEachCalledForTheirOwn() throws Exception {
    List<Pair> pairs = new ArrayList<>();
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Pair pair = pair();
      pairs.add(pair);
      recorders.add(add(pair));
    }
    for (int i = 0; i < 1000; i += 2) {
      pairs.get(i).send(1);
    }
    while (recorders.stream().filter(r -> r.count() > 0).count() < 500) {
      assertTrue(poller.poll(LONG_MILLIS) > 0, "not all were called");
    }
    for (int i = 1; i < 1000; i += 2) {
      assertEquals(0, recorders.get(i).count());
    }
  }

  @Test
  void whatIsWatchedOrForeignIsRefused() throws Exception {
    Pair pair = pair();
    add(pair);
    assertThrows(IllegalStateException.class, () -> add(pair));
    assertThrows(
        IllegalArgumentException.class,
        () -> poller.addListener(new AcceptRetryTest.Failing(), new Recorder()));
    Pair closed = pair();
    closed.server.close();
    IOException e = assertThrows(IOException.class, () -> add(closed));
    assertEquals("Socket closed", e.getMessage());
    pair.send(1);
    pollOnce();
  }

  @Test
  void closeEndsAWaitingPollAndAllThatFollows() throws Exception {
    Pair pair = pair();
    Recorder recorder = add(pair);
    Background<Integer> loop = Background.start("loop", () -> poller.poll(-1));
    loop.awaitInside("await");
    poller.close();
    assertEquals("Poller is closed", loop.failure().getMessage());
    poller.close();
    poller.wakeup();
    poller.setInterest(pair.server, true, true);
    poller.remove(pair.server);
    for (int i = 0; i < 2; i++) {
      IOException e = assertThrows(IOException.class, () -> poller.poll(0));
      assertEquals("Poller is closed", e.getMessage());
    }
    IOException e = assertThrows(IOException.class, () -> add(pair));
    assertEquals("Poller is closed", e.getMessage());
    pair.send(3);
    assertEquals(3, pair.receive());
    assertEquals(0, recorder.count());
  }

  @Test
  void closedPollersLeaveNoDescriptors() throws Exception {
    Descriptors.assumeCountable();
    Pair pair = pair();
    int before = Descriptors.count();
    for (int i = 0; i < 100; i++) {
      Poller another = open(listener);
      another.add(pair.server, new Recorder());
      another.poll(0);
      another.close();
    }
    Descriptors.awaitAtMost(before);
    add(pair);
  }

  UdsChannel connect() throws IOException {
    return Backends.named(backendName()).connect(address);
  }

  Pair pair() throws IOException {
    UdsChannel client = closing(connect());
    UdsChannel server = closing(listener.accept());
    assertNotNull(server);
    return new Pair(client, server);
  }

  private Recorder add(Pair pair) throws IOException {
    Recorder recorder = new Recorder();
    poller.add(pair.server, recorder);
    return recorder;
  }

  private interface Action {
    void run() throws IOException;
  }

  private void addWith(Pair pair, AtomicInteger calls, Action action) throws IOException {
    poller.add(
        pair.server,
        (readable, writable) -> {
          calls.incrementAndGet();
          try {
            action.run();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  /** Polls until one callback was made; more than one is a fault. */
  private void pollOnce() throws IOException {
    int made = 0;
    for (int i = 0; made == 0 && i < 10; i++) {
      made = poller.poll(LONG_MILLIS);
    }
    assertEquals(1, made);
  }

  /** A connection: what the client sends, the loop's side receives. */
  static final class Pair {
    final UdsChannel client;
    final UdsChannel server;

    Pair(UdsChannel client, UdsChannel server) {
      this.client = client;
      this.server = server;
    }

    void send(int value) throws IOException {
      assertEquals(1, client.write(new byte[] {(byte) value}, 0, 1));
    }

    int receive() throws IOException {
      byte[] one = new byte[1];
      assertEquals(1, server.read(one, 0, 1));
      return one[0];
    }

    void fill() throws IOException {
      byte[] plenty = new byte[4096];
      while (server.write(plenty, 0, plenty.length) > 0) {
        // goes on
      }
    }

    void drain() throws IOException {
      byte[] plenty = new byte[4096];
      while (client.read(plenty, 0, plenty.length) > 0) {
        // goes on
      }
    }
  }

  /** Remembers its calls. */
  static final class Recorder implements Poller.Ready {
    private final List<String> calls = new ArrayList<>();
    boolean replaced;

    @Override
    public synchronized void ready(boolean readable, boolean writable) {
      assertTrue(readable || writable, "called for nothing");
      calls.add(readable ? (writable ? "readable and writable" : "readable") : "writable");
    }

    synchronized int count() {
      return calls.size();
    }

    @Override
    public synchronized String toString() {
      return calls.toString();
    }
  }

  /** Polls in a thread of its own. */
  static final class Loop {
    private final Poller poller;
    private final AtomicInteger turns = new AtomicInteger();
    private volatile boolean stopped;
    private final Background<Void> thread;

    Loop(Poller poller) {
      this.poller = poller;
      this.thread = Background.start("loop", this::run);
    }

    private Void run() throws IOException {
      while (!stopped) {
        poller.poll(-1);
        turns.incrementAndGet();
      }
      return null;
    }

    /** Wakes the loop, and waits until it has turned. */
    void awaitTurn() {
      int before = turns.get();
      poller.wakeup();
      Deadline deadline = Deadline.start();
      while (turns.get() == before) {
        deadline.check(() -> "the loop was not woken");
        LockSupport.parkNanos(10_000);
      }
    }

    void stop() throws Exception {
      stopped = true;
      poller.wakeup();
      thread.result();
    }
  }

  public static void assertKind(Class<? extends Poller> kind, Poller poller) {
    assertSame(kind, poller.getClass());
  }
}
