package io.github.grpcuds.http2.internal;

import java.util.Arrays;
import java.util.Random;

/** Random lists, blocks and table sizes, of a kind that tables have something to do. */
final class RandomFields {
  private static final String[] NAMES = {
    ":status",
    ":method",
    ":path",
    ":authority",
    "content-type",
    "grpc-status",
    "grpc-message",
    "server",
    "te",
    "authorization",
    "set-cookie",
    "grpc-encoding",
    "grpc-timeout",
    "x-a",
    "x-b",
    "x-custom-with-a-longer-name",
  };
  private static final String[] VALUES = {
    "200",
    "404",
    "GET",
    "POST",
    "/",
    "",
    "application/grpc",
    "0",
    "5",
    "trailers",
    "gzip",
    "identity",
  };

  private final Random random;

  RandomFields(Random random) {
    this.random = random;
  }

  HeaderList list() {
    HeaderList list = new HeaderList();
    for (int i = random.nextInt(12); i > 0; i--) {
      list.add(name(), value());
    }
    return list;
  }

  /** How often the table's size changes before a block: mostly not. */
  int sizeChanges() {
    return random.nextInt(4) == 0 ? random.nextInt(4) : 0;
  }

  int tableSize() {
    switch (random.nextInt(4)) {
      case 0:
        return 0;
      case 1:
        return random.nextInt(200);
      case 2:
        return 4096;
      default:
        return random.nextInt(10_000);
    }
  }

  /** A block cut, lengthened, changed in a few octets, or all noise. */
  byte[] damaged(byte[] block) {
    switch (random.nextInt(5)) {
      case 0:
        return Arrays.copyOf(block, random.nextInt(block.length + 1));
      case 1:
        return Blocks.concat(block, octets(1 + random.nextInt(4)));
      case 2:
        return Blocks.concat(octets(1 + random.nextInt(4)), block);
      case 3:
        return octets(random.nextInt(40));
      default:
        byte[] changed = block.clone();
        for (int i = random.nextInt(3); i >= 0 && changed.length > 0; i--) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }
  }

  byte[] octets(int length) {
    byte[] octets = new byte[length];
    random.nextBytes(octets);
    return octets;
  }

  private byte[] name() {
    return random.nextInt(10) == 0
        ? text(1 + random.nextInt(30))
        : Blocks.ascii(NAMES[random.nextInt(NAMES.length)]);
  }

  private byte[] value() {
    switch (random.nextInt(20)) {
      case 0:
        return octets(random.nextInt(100));
      case 1:
        return text(random.nextInt(random.nextInt(10) == 0 ? 5000 : 700));
      case 2:
      case 3:
      case 4:
        return text(random.nextInt(100));
      default:
        return Blocks.ascii(VALUES[random.nextInt(VALUES.length)]);
    }
  }

  private byte[] text(int length) {
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = (byte) ('a' + random.nextInt(26));
    }
    return text;
  }
}
