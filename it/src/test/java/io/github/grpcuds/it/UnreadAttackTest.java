package io.github.grpcuds.it;

import static io.github.grpcuds.it.AttackService.ints;
import static io.github.grpcuds.it.Http2Frame.DATA;
import static io.github.grpcuds.it.Http2Frame.END_HEADERS;
import static io.github.grpcuds.it.Http2Frame.END_STREAM;
import static io.github.grpcuds.it.Http2Frame.HEADERS;
import static io.github.grpcuds.it.Http2Frame.INITIAL_WINDOW_SIZE;
import static io.github.grpcuds.it.RawFrames.MAX_WINDOW;
import static io.github.grpcuds.it.RawFrames.frame;
import static io.github.grpcuds.it.RawFrames.join;
import static io.github.grpcuds.it.RawFrames.letters;
import static io.github.grpcuds.it.RawFrames.windowUpdate;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Clients that ask for much and take nothing of it, or little, or send half of what they owe. */
class UnreadAttackTest extends AttackTestBase {
  private static final int ENDLESS = 1 << 30;
  private static final int SMALL = 10;
  private static final int LARGE = 1 << 20;
  private static final int CALLS = 4; // each has a thread while its handler writes
  private static final int MESSAGE = 4_000_000;
  private static final long SHORT_NANOS = 10_000;

  /** Calls that ask for messages without end. */
  private static byte[] streams(MethodDescriptor<?, ?> method, int messageSize) {
    byte[] call = RawFrames.call(1, AttackService.path(method), ints(ENDLESS, messageSize));
    return new StreamTemplate(1, CALLS, call).next();
  }

  /** Never reads, though flow control lets the server send 2 GB. */
  private static Siege.Plan hugeWindow(MethodDescriptor<?, ?> method, int messageSize) {
    return siege -> {
      RawAttacker attacker = siege.connect().greet(INITIAL_WINDOW_SIZE, MAX_WINDOW);
      attacker.write(windowUpdate(0, MAX_WINDOW - 65_535));
      attacker.write(streams(method, messageSize));
      siege.hold();
    };
  }

  /** Reads, but lets nothing through. */
  private static Siege.Plan zeroWindow(byte[] calls) {
    return siege -> {
      RawAttacker attacker = siege.connectAndRead(INITIAL_WINDOW_SIZE, 0);
      attacker.awaitSettings();
      attacker.write(calls);
      siege.hold();
    };
  }

  @Test
  void hugeWindowAndSmallMessagesOfAPatientHandler() throws Exception {
    attack(
        "window 2^31-1, never reads, small messages, isReady honoured",
        Expectation.BOUNDED,
        hugeWindow(AttackService.POLITE, SMALL));
  }

  @Test
  void hugeWindowAndLargeMessagesOfAPatientHandler() throws Exception {
    attack(
        "window 2^31-1, never reads, 1 MB messages, isReady honoured",
        Expectation.BOUNDED,
        hugeWindow(AttackService.POLITE, LARGE));
  }

  @Test
  void hugeWindowAndSmallMessagesOfARashHandler() throws Exception {
    attack(
        "window 2^31-1, never reads, small messages, isReady ignored",
        CALMED,
        hugeWindow(AttackService.RUDE, SMALL));
  }

  @Test
  void hugeWindowAndLargeMessagesOfARashHandler() throws Exception {
    attack(
        "window 2^31-1, never reads, 1 MB messages, isReady ignored",
        CALMED,
        hugeWindow(AttackService.RUDE, LARGE));
  }

  @Test
  void zeroWindowAndManyLargeReplies() throws Exception {
    byte[] call = RawFrames.call(1, AttackService.path(AttackService.REPLY), ints(LARGE));
    attack(
        "window 0, 2,000 replies of 1 MB",
        CALMED,
        zeroWindow(new StreamTemplate(1, 2000, call).next()));
  }

  @Test
  void zeroWindowAndSmallMessagesOfARashHandler() throws Exception {
    attack(
        "window 0, small messages without end, isReady ignored",
        CALMED,
        zeroWindow(streams(AttackService.RUDE, SMALL)));
  }

  @Test
  void zeroWindowAndSmallMessagesOfAPatientHandler() throws Exception {
    attack(
        "window 0, small messages without end, isReady honoured",
        Expectation.BOUNDED,
        zeroWindow(streams(AttackService.POLITE, SMALL)));
  }

  /** Legal, if slow: 50 KB arrive a byte at a time. */
  @Test
  void windowOfOneByte() throws Exception {
    byte[] call = RawFrames.call(1, AttackService.path(AttackService.REPLY), ints(50_000));
    AtomicLong received = new AtomicLong();
    attack(
        "window 1, credited byte by byte",
        Expectation.BOUNDED,
        siege -> {
          RawAttacker attacker = siege.connectAndRead(INITIAL_WINDOW_SIZE, 1);
          attacker.awaitSettings();
          attacker.write(call);
          long seen = 0;
          while (siege.goesOn()) {
            for (; seen < attacker.dataBytes.get(); seen++) {
              attacker.write(windowUpdate(1, 1));
            }
            received.set(seen);
            LockSupport.parkNanos(SHORT_NANOS);
          }
        });
    assertTrue(received.get() > 100, () -> "bytes received: " + received);
  }

  /** Who reads no replies is read no further: that may as well be a client that is suspended. */
  @Test
  void unknownMethodsWithoutReadingReplies() throws Exception {
    attack("unknown methods, replies not read", Expectation.BOUNDED, unread("/a.A/Unknown"));
  }

  @Test
  void longUnknownMethodsWithoutReadingReplies() throws Exception {
    attack(
        "unknown methods of 7 KB, replies not read",
        Expectation.BOUNDED,
        unread("/a.A/" + letters(7000)));
  }

  private static Siege.Plan unread(String path) {
    byte[] request = frame(HEADERS, END_HEADERS | END_STREAM, 1, RawFrames.callHeaders(path));
    return siege -> siege.flood(siege.connect().greet(), new StreamTemplate(1, 10, request));
  }

  @Test
  void callsWithoutReadingReplies() throws Exception {
    byte[] call = RawFrames.call(1, AttackService.path(AttackService.ECHO), new byte[100]);
    attack(
        "calls, replies not read",
        Expectation.BOUNDED,
        siege -> siege.flood(siege.connect().greet(), new StreamTemplate(1, 10, call)));
  }

  /** The window of each call is credited while a message is on its way, and never is all of it. */
  @Test
  void manyUnfinishedMessages() throws Exception {
    attack("many unfinished messages of 4 MB", Expectation.BOUNDED, this::sendUnfinishedMessages);
  }

  private void sendUnfinishedMessages(Siege siege) throws IOException, InterruptedException {
    int streams = 100;
    byte[] prefix = join(new byte[1], RawFrames.bytes(MESSAGE));
    RawAttacker attacker = siege.connectAndRead();
    attacker.awaitSettings();
    int[] sent = new int[streams];
    for (int i = 0; i < streams; i++) {
      attacker.write(RawFrames.call(2 * i + 1, AttackService.path(AttackService.COUNT)));
      attacker.takeCredit(2 * i + 1, prefix.length);
      attacker.write(frame(DATA, 0, 2 * i + 1, prefix));
    }
    byte[] part = new byte[4096];
    while (siege.goesOn()) {
      boolean stuck = true;
      for (int i = 0; i < streams; i++) {
        int stream = 2 * i + 1;
        if (sent[i] + part.length < MESSAGE && attacker.takeCredit(stream, part.length)) {
          attacker.write(frame(DATA, 0, stream, part));
          sent[i] += part.length;
          stuck = false;
        }
      }
      if (stuck) {
        Thread.sleep(1);
      }
    }
  }
}
