package io.github.grpcuds.http2.internal;

import java.util.Arrays;
import java.util.Random;

/** Inputs for {@link Http2Fuzz}: what clients may say, and that with faults. */
final class Conversations {
  private final Random random;
  private final HpackEncoder encoder = new HpackEncoder();
  private int lastId = -1;

  Conversations(Random random) {
    this.random = random;
  }

  /** Choices, and frames of which few are wrong. */
  static byte[] legal(Random random) {
    Conversations conversation = new Conversations(random);
    byte[] choices = new byte[Http2Fuzz.CHOICES];
    random.nextBytes(choices);
    choices[0] &= ~Http2Fuzz.RAW;
    byte[][] parts = new byte[1 + random.nextInt(40)][];
    parts[0] = choices;
    for (int i = 1; i < parts.length; i++) {
      parts[i] = conversation.frame();
    }
    return Blocks.concat(parts);
  }

  /** The same with a few octets changed, left out or doubled. */
  static byte[] damaged(Random random) {
    byte[] bytes = legal(random);
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      int at = Http2Fuzz.CHOICES + random.nextInt(bytes.length);
      if (at >= bytes.length) {
        continue;
      }
      int length = random.nextInt(bytes.length - at);
      switch (random.nextInt(4)) {
        case 0:
          bytes[at] = (byte) random.nextInt(256);
          break;
        case 1:
          bytes[at] ^= (byte) (1 << random.nextInt(8));
          break;
        case 2:
          bytes = Blocks.concat(part(bytes, 0, at), part(bytes, at + length / 8, bytes.length));
          break;
        default:
          bytes = Blocks.concat(part(bytes, 0, at + length), part(bytes, at, bytes.length));
          break;
      }
    }
    return bytes;
  }

  private static byte[] part(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  /** Any frame, on any stream that has been opened and now and then on another. */
  byte[] frame() {
    int id = 1 + 2 * random.nextInt(Math.max(1, (lastId + 3) / 2));
    switch (random.nextInt(12)) {
      case 0:
      case 1:
      case 2:
        lastId += 2;
        return TestFrames.headers(lastId, request(), random.nextBoolean());
      case 3:
      case 4:
        return TestFrames.data(id, random.nextInt(1000), random.nextInt(4) == 0);
      case 5:
        return TestFrames.paddedData(
            id, random.nextInt(10), random.nextInt(256), random.nextInt(4) == 0);
      case 6:
        return TestFrames.windowUpdate(
            random.nextBoolean() ? 0 : id, 1 + random.nextInt(1 << random.nextInt(31)));
      case 7:
        return TestFrames.settings(
            Frames.INITIAL_WINDOW_SIZE, random.nextInt(1 << random.nextInt(31)),
            Frames.HEADER_TABLE_SIZE, random.nextInt(5000));
      case 8:
        return TestFrames.reset(id, ErrorCode.CANCEL);
      case 9:
        return random.nextBoolean() ? TestFrames.ping(id) : TestFrames.settingsAck();
      case 10:
        return random.nextBoolean()
            ? TestFrames.priority(id, random.nextInt(8))
            : TestFrames.goAway(id, ErrorCode.NO_ERROR, "bye");
      default:
        return split();
    }
  }

  private byte[] split() {
    byte[] block = request();
    int at = random.nextInt(block.length);
    lastId += 2;
    return Blocks.concat(
        TestFrames.frame(
            Frames.HEADERS,
            random.nextBoolean() ? Frames.END_STREAM : 0,
            lastId,
            part(block, 0, at)),
        TestFrames.continuation(lastId, part(block, at, block.length), true));
  }

  private byte[] request() {
    HeaderList list = new HeaderList();
    list.add(":method", "POST").add(":scheme", "http").add(":path", "/a").add("te", "trailers");
    if (random.nextInt(8) == 0) {
      list.add("content-length", "" + random.nextInt(100));
    }
    if (random.nextInt(8) == 0) {
      list.add(
          "x-" + random.nextInt(3),
          new String(new char[random.nextInt(200)]).replace((char) 0, (char) 120));
    }
    return Blocks.encode(encoder, list);
  }
}
