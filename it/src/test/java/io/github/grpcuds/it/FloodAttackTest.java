package io.github.grpcuds.it;

import static io.github.grpcuds.it.Http2Frame.ACK;
import static io.github.grpcuds.it.Http2Frame.DATA;
import static io.github.grpcuds.it.Http2Frame.END_HEADERS;
import static io.github.grpcuds.it.Http2Frame.END_STREAM;
import static io.github.grpcuds.it.Http2Frame.GOAWAY;
import static io.github.grpcuds.it.Http2Frame.HEADERS;
import static io.github.grpcuds.it.Http2Frame.INITIAL_WINDOW_SIZE;
import static io.github.grpcuds.it.Http2Frame.PADDED;
import static io.github.grpcuds.it.Http2Frame.PING;
import static io.github.grpcuds.it.Http2Frame.PRIORITY;
import static io.github.grpcuds.it.RawFrames.MAX_WINDOW;
import static io.github.grpcuds.it.RawFrames.frame;
import static io.github.grpcuds.it.RawFrames.join;
import static io.github.grpcuds.it.RawFrames.settings;
import static io.github.grpcuds.it.RawFrames.times;
import static io.github.grpcuds.it.RawFrames.windowUpdate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Frames that cost nothing to write, as many as the server takes. */
class FloodAttackTest extends AttackTestBase {
  private static final String ECHO = AttackService.path(AttackService.ECHO);
  private static final String COUNT = AttackService.path(AttackService.COUNT);
  private static final String WAIT = AttackService.path(AttackService.WAIT);

  /** Enough to leave the system call out of the price of a frame. */
  private static final int CHUNK = 1000;

  private static final int STREAMS = 100;

  /** New streams for ever, each with the same frames. */
  private static Siege.Plan streams(byte[]... framesOfOne) {
    return siege ->
        siege.flood(siege.connectAndRead(), new StreamTemplate(1, STREAMS, framesOfOne));
  }

  private static Siege.Plan chunks(byte[] frame) {
    return siege -> siege.flood(siege.connectAndRead(), times(CHUNK, frame));
  }

  private static Siege.Plan unreadChunks(byte[] frame) {
    return siege -> siege.flood(siege.connect().greet(), times(CHUNK, frame));
  }

  /** The same frame for ever, on a stream that other frames have brought into a state. */
  private static Siege.Plan chunksAfter(byte[] before, byte[] frame) {
    return siege -> {
      RawAttacker attacker = siege.connectAndRead();
      attacker.write(before);
      siege.flood(attacker, times(CHUNK, frame));
    };
  }

  @Test
  void rapidReset() throws Exception {
    attack("rapid reset", CALMED, streams(RawFrames.call(1, ECHO), RawFrames.reset(1)));
  }

  @Test
  void rapidResetOfWholeCalls() throws Exception {
    attack(
        "rapid reset of whole calls",
        CALMED,
        streams(RawFrames.call(1, ECHO, new byte[10]), RawFrames.reset(1)));
  }

  /** Comes back after each cut, for all of the time. */
  @Test
  void rapidResetAgainAndAgain() throws Exception {
    attack(
        "rapid reset, connecting again",
        Expectation.allButOneCutOff("ENHANCE_YOUR_CALM"),
        siege -> {
          while (siege.hasTime()) {
            try {
              StreamTemplate call =
                  new StreamTemplate(1, STREAMS, RawFrames.call(1, ECHO), RawFrames.reset(1));
              siege.flood(siege.connectAndRead(), call);
            } catch (IOException e) {
              // cut off: on to the next
            }
          }
        });
  }

  @Test
  void resetsProvokedByWindowUpdateOfZero() throws Exception {
    attack(
        "made to reset: WINDOW_UPDATE of 0",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "PROTOCOL_ERROR"),
        streams(RawFrames.call(1, ECHO), windowUpdate(1, 0)));
  }

  @Test
  void resetsProvokedByWindowOverflow() throws Exception {
    attack(
        "made to reset: window overflow",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "FLOW_CONTROL_ERROR"),
        streams(RawFrames.call(1, ECHO), windowUpdate(1, MAX_WINDOW)));
  }

  @Test
  void resetsProvokedByDataAfterTheEnd() throws Exception {
    attack(
        "made to reset: DATA after END_STREAM",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "STREAM_CLOSED"),
        streams(RawFrames.call(1, WAIT, new byte[8]), frame(DATA, 0, 1, new byte[1])));
  }

  @Test
  void resetsProvokedByHeadersAfterTheEnd() throws Exception {
    attack(
        "made to reset: HEADERS after END_STREAM",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "STREAM_CLOSED"),
        streams(RawFrames.call(1, WAIT, new byte[8]), RawFrames.call(1, WAIT)));
  }

  @Test
  void resetsProvokedByPriorityOfFourBytes() throws Exception {
    attack(
        "made to reset: PRIORITY of 4 bytes",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "FRAME_SIZE_ERROR"),
        streams(RawFrames.call(1, ECHO), frame(PRIORITY, 0, 1, new byte[4])));
  }

  /** Malformed: requests must have a method (RFC 9113, section 8.3.1). */
  @Test
  void resetsProvokedByHeadersWithoutMethod() throws Exception {
    attack(
        "made to reset: no :method",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "PROTOCOL_ERROR"),
        streams(frame(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x86, (byte) 0x84)));
  }

  @Test
  void emptyData() throws Exception {
    attack(
        "empty DATA",
        CALMED,
        chunksAfter(RawFrames.call(1, COUNT), frame(DATA, 0, 1, new byte[0])));
  }

  /** Within flow control: each frame takes one byte, which is credited at once. */
  @Test
  void emptyPaddedData() throws Exception {
    byte[] frame = frame(DATA, PADDED, 1, new byte[1]);
    attack(
        "empty DATA, padded",
        CALMED,
        siege -> {
          RawAttacker attacker = siege.connectAndRead();
          attacker.awaitSettings();
          attacker.write(RawFrames.call(1, COUNT));
          while (siege.goesOn()) {
            if (attacker.takeCredit(1, STREAMS)) {
              attacker.write(times(STREAMS, frame));
            } else {
              Thread.sleep(1);
            }
          }
        });
  }

  @Test
  void dataOnClosedStreams() throws Exception {
    attack(
        "DATA on a closed stream",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "STREAM_CLOSED", "FLOW_CONTROL_ERROR"),
        chunksAfter(
            join(RawFrames.call(1, ECHO), RawFrames.reset(1)), frame(DATA, 0, 1, new byte[1])));
  }

  @Test
  void resetsOfClosedStreams() throws Exception {
    attack(
        "RST_STREAM on a closed stream",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "STREAM_CLOSED"),
        chunksAfter(RawFrames.call(1, ECHO), RawFrames.reset(1)));
  }

  @Test
  void pings() throws Exception {
    attack("PING", CALMED, chunks(frame(PING, 0, 0, new byte[8])));
  }

  @Test
  void pingsWithoutReadingAcks() throws Exception {
    attack("PING, acks not read", CALMED, unreadChunks(frame(PING, 0, 0, new byte[8])));
  }

  @Test
  void unaskedPingAcks() throws Exception {
    attack("PING acks unasked", CALMED, chunks(frame(PING, ACK, 0, new byte[8])));
  }

  @Test
  void settingsFrames() throws Exception {
    attack("SETTINGS", CALMED, chunks(settings(INITIAL_WINDOW_SIZE, 65_535)));
  }

  @Test
  void emptySettings() throws Exception {
    attack("SETTINGS, empty", CALMED, chunks(settings()));
  }

  @Test
  void settingsWithoutReadingAcks() throws Exception {
    attack("SETTINGS, acks not read", CALMED, unreadChunks(settings(INITIAL_WINDOW_SIZE, 65_535)));
  }

  @Test
  void unaskedSettingsAcks() throws Exception {
    attack(
        "SETTINGS acks unasked",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "PROTOCOL_ERROR"),
        chunks(RawFrames.SETTINGS_ACK));
  }

  /** Each change goes to the windows of all streams. */
  @Test
  void windowOfManyStreamsUpAndDown() throws Exception {
    byte[] upAndDown =
        join(settings(INITIAL_WINDOW_SIZE, 0), settings(INITIAL_WINDOW_SIZE, 70_000));
    attack(
        "SETTINGS of windows of many streams",
        CALMED,
        siege -> {
          RawAttacker attacker = siege.connectAndRead();
          attacker.awaitSettings();
          attacker.write(new StreamTemplate(1, STREAMS, RawFrames.call(1, COUNT)).next());
          siege.flood(attacker, times(CHUNK, upAndDown));
        });
  }

  @Test
  void windowUpdatesOfTheConnection() throws Exception {
    attack("WINDOW_UPDATE by 1, connection", CALMED, chunks(windowUpdate(0, 1)));
  }

  @Test
  void windowUpdatesOfAStream() throws Exception {
    attack(
        "WINDOW_UPDATE by 1, stream",
        CALMED,
        chunksAfter(RawFrames.call(1, COUNT), windowUpdate(1, 1)));
  }

  @Test
  void windowUpdatesOfAClosedStream() throws Exception {
    attack(
        "WINDOW_UPDATE by 1, closed stream",
        Expectation.cutOff("ENHANCE_YOUR_CALM", "STREAM_CLOSED"),
        chunksAfter(join(RawFrames.call(1, ECHO), RawFrames.reset(1)), windowUpdate(1, 1)));
  }

  @Test
  void priorities() throws Exception {
    byte[] weight = {0, 0, 0, 0, 15};
    attack("PRIORITY", CALMED, streams(frame(PRIORITY, 0, 1, weight)));
  }

  @Test
  void prioritiesOfOneStream() throws Exception {
    byte[] weight = {0, 0, 0, 0, 15};
    attack("PRIORITY of one stream", CALMED, chunks(frame(PRIORITY, 0, 1, weight)));
  }

  @Test
  void unknownFrames() throws Exception {
    attack("unknown frames", CALMED, chunks(frame(0x50, 0, 0, new byte[0])));
  }

  @Test
  void unknownFramesThatAreLarge() throws Exception {
    byte[] frame = frame(0x50, 0, 0, new byte[RawFrames.MAX_PAYLOAD]);
    attack("unknown frames of 16 KB", CALMED, siege -> siege.flood(siege.connectAndRead(), frame));
  }

  @Test
  void goAways() throws Exception {
    byte[] reason = "so long".getBytes(StandardCharsets.US_ASCII);
    byte[] frame = frame(GOAWAY, 0, 0, join(new byte[8], reason));
    attack("GOAWAY", Expectation.cutOff("ENHANCE_YOUR_CALM", "NO_ERROR"), chunks(frame));
  }

  @Test
  void connectAndClose() throws Exception {
    attack(
        "connect and close",
        Expectation.BOUNDED,
        siege -> {
          while (siege.hasTime()) {
            siege.newAttacker().close();
          }
        });
  }

  @Test
  void connectGreetCallAndClose() throws Exception {
    attack(
        "connect, call and close",
        Expectation.BOUNDED,
        siege -> {
          while (siege.hasTime()) {
            try (RawAttacker attacker = siege.newAttacker()) {
              attacker.greet().write(RawFrames.call(1, WAIT, new byte[8]));
            }
          }
        });
  }
}
