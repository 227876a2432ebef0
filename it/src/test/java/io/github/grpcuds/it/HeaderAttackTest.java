package io.github.grpcuds.it;

import static io.github.grpcuds.it.Http2Frame.CONTINUATION;
import static io.github.grpcuds.it.Http2Frame.END_HEADERS;
import static io.github.grpcuds.it.Http2Frame.END_STREAM;
import static io.github.grpcuds.it.Http2Frame.HEADERS;
import static io.github.grpcuds.it.RawFrames.MAX_PAYLOAD;
import static io.github.grpcuds.it.RawFrames.callHeaders;
import static io.github.grpcuds.it.RawFrames.frame;
import static io.github.grpcuds.it.RawFrames.indexed;
import static io.github.grpcuds.it.RawFrames.integer;
import static io.github.grpcuds.it.RawFrames.join;
import static io.github.grpcuds.it.RawFrames.letters;
import static io.github.grpcuds.it.RawFrames.literal;
import static io.github.grpcuds.it.RawFrames.times;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Header blocks without end, or that are more than they seem. */
class HeaderAttackTest extends AttackTestBase {
  private static final String ECHO = AttackService.path(AttackService.ECHO);

  /** Decoding may fail first, for a size or for a rule of HPACK. */
  private static final Expectation CUT =
      Expectation.cutOff("ENHANCE_YOUR_CALM", "PROTOCOL_ERROR", "COMPRESSION_ERROR");

  private static final int CONNECTIONS = 500;

  /** A header block that begins so and has no end. */
  private static Siege.Plan endless(byte[] start, byte[] continuation) {
    byte[] chunk = frame(CONTINUATION, 0, 1, continuation);
    byte[] chunks = times(1 + MAX_PAYLOAD / chunk.length, chunk);
    return siege -> {
      RawAttacker attacker = siege.connectAndRead();
      attacker.write(frame(HEADERS, 0, 1, start));
      siege.flood(attacker, chunks);
    };
  }

  /** One request after another with these headers. */
  private static Siege.Plan requests(byte[] headers) {
    byte[] request = frame(HEADERS, END_HEADERS | END_STREAM, 1, headers);
    return siege -> siege.flood(siege.connectAndRead(), new StreamTemplate(1, 4, request));
  }

  private static byte[] fields(byte[] field) {
    return times(MAX_PAYLOAD / field.length, field);
  }

  private static byte[] callHeadersAnd(byte[] field) {
    byte[] call = callHeaders(ECHO);
    return join(call, times((MAX_PAYLOAD - call.length) / field.length, field));
  }

  @Test
  void continuationsWithoutEnd() throws Exception {
    attack(
        "CONTINUATION", CUT, endless(callHeaders(ECHO), fields(literal("x-name", letters(100)))));
  }

  @Test
  void continuationsOfOneByte() throws Exception {
    attack("CONTINUATION of 1 byte", CUT, endless(callHeaders(ECHO), new byte[] {(byte) 0x90}));
  }

  @Test
  void emptyContinuations() throws Exception {
    attack("CONTINUATION, empty", CUT, endless(callHeaders(ECHO), new byte[0]));
  }

  @Test
  void emptyContinuationsOfAnEmptyBlock() throws Exception {
    attack("CONTINUATION, empty, from the start", CUT, endless(new byte[0], new byte[0]));
  }

  /** A large entry of the dynamic table is named by one byte, thousands of times. */
  @Test
  void hpackBomb() throws Exception {
    byte[] bomb = frame(HEADERS, END_HEADERS | END_STREAM, 3, callHeadersAnd(index(62)));
    byte[] entry = join(callHeaders(ECHO), indexed("x", letters(4000)));
    attack(
        "HPACK bomb",
        CUT,
        siege -> {
          RawAttacker attacker = siege.connectAndRead();
          attacker.write(frame(HEADERS, END_HEADERS | END_STREAM, 1, entry));
          siege.flood(attacker, new StreamTemplate(3, 1, bomb));
        });
  }

  /** The same in one header block that does not end. */
  @Test
  void hpackBombWithoutEnd() throws Exception {
    byte[] entry = join(callHeaders(ECHO), indexed("x", letters(4000)));
    attack("HPACK bomb, endless", CUT, endless(entry, fields(index(62))));
  }

  /** Small fields, each of which may cost an object. */
  @Test
  void thousandsOfFields() throws Exception {
    attack("16,000 fields of 1 byte", CUT, requests(callHeadersAnd(index(16))));
  }

  /** Each field evicts the one before from the dynamic table. */
  @Test
  void evictions() throws Exception {
    attack("HPACK evictions", CUT, requests(callHeadersAnd(indexed("x", letters(4000)))));
  }

  private static byte[] index(int index) {
    return integer(0x80, 7, index);
  }

  /** Zeros are five bits each in Huffman's code: what comes out is larger by 8/5. */
  @Test
  void huffmanBomb() throws Exception {
    byte[] value = join(integer(0x80, 7, 16_000), new byte[16_000]);
    attack("Huffman bomb", CUT, requests(join(callHeaders(ECHO), field("x", value))));
  }

  /** One string of 128 MB. */
  @Test
  void huffmanBombWithoutEnd() throws Exception {
    byte[] start = join(callHeaders(ECHO), field("x", integer(0x80, 7, 1 << 27)));
    attack("Huffman bomb, endless", CUT, endless(start, new byte[MAX_PAYLOAD]));
  }

  private static byte[] field(String name, byte[] value) {
    return join(new byte[1], RawFrames.string(name), value);
  }

  @Test
  void tableSizeUpdates() throws Exception {
    byte[] upAndDown = join(integer(0x20, 5, 0), integer(0x20, 5, 4096));
    byte[] updates = times(4000, upAndDown);
    attack("table size updates", CUT, requests(join(updates, callHeaders(ECHO))));
  }

  @Test
  void tableSizeUpdatesWithoutEnd() throws Exception {
    byte[] upAndDown = join(integer(0x20, 5, 0), integer(0x20, 5, 4096));
    attack("table size updates, endless", CUT, endless(upAndDown, fields(upAndDown)));
  }

  /** Each may be answered with RESOURCE_EXHAUSTED. */
  @Test
  void largeHeaders() throws Exception {
    attack("15 KB headers", Expectation.BOUNDED, requests(headersOf15Kb()));
  }

  @Test
  void largeHeadersWithoutReadingReplies() throws Exception {
    byte[] request = frame(HEADERS, END_HEADERS | END_STREAM, 1, headersOf15Kb());
    attack(
        "15 KB headers, replies not read",
        CUT,
        siege -> siege.flood(siege.connect().greet(), new StreamTemplate(1, 4, request)));
  }

  private static byte[] headersOf15Kb() {
    return join(callHeaders(ECHO), literal("x-large", letters(15_000)));
  }

  @Test
  void halfHeaderBlocksOnManyConnections() throws Exception {
    byte[] block = callHeadersAnd(literal("x-name", letters(100)));
    byte[] half = Arrays.copyOf(block, 7000); // below every limit
    attack(
        "500 half header blocks",
        Expectation.BOUNDED,
        siege -> {
          for (int i = 0; i < CONNECTIONS; i++) {
            siege.connect().greet().write(frame(HEADERS, 0, 1, half));
          }
          siege.hold();
        });
  }
}
