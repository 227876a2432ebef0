package io.github.grpcuds.http2.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A client without a socket: hands its bytes to a connection and reads what that sends. */
final class TestPeer {
  private static final int SCRATCH_BYTES = 1000;

  final TestOwner owner = new TestOwner();
  final Http2Connection connection;
  final HpackEncoder encoder = new HpackEncoder();
  private final HpackDecoder decoder = new HpackDecoder(DynamicTable.DEFAULT_BYTES, 1 << 24);
  private final ByteArrayOutputStream block = new ByteArrayOutputStream();
  private final Random chunks; // null: all at once
  private byte[] unread = new byte[0];
  private int blockStream; // whose header block goes on; 0 for none
  private int mostAtOnce = 100;

  /** A client of a server with default limits. */
  TestPeer() {
    this(new Http2Limits(), null);
  }

  TestPeer(Http2Limits limits, Random chunks) {
    this.chunks = chunks;
    connection = new Http2Connection(limits, owner);
    connection.start();
  }

  /** All that the client sends comes in parts of this size at most. */
  TestPeer chunksOf(int bytes) {
    mostAtOnce = bytes;
    return this;
  }

  /** Preface and SETTINGS sent, the server's read and acknowledged. */
  static TestPeer established(Http2Limits limits, int... settings) {
    TestPeer peer = new TestPeer(limits, null);
    peer.establish(settings);
    return peer;
  }

  static TestPeer established(int... settings) {
    return established(new Http2Limits(), settings);
  }

  void establish(int... settings) {
    send(TestFrames.PREFACE, TestFrames.settings(settings), TestFrames.settingsAck());
    take();
    owner.take();
  }

  void send(byte[]... frames) {
    byte[] bytes = Blocks.concat(frames);
    int count;
    for (int at = 0; at < bytes.length; at += count) {
      count = bytes.length - at;
      if (chunks != null) {
        count = Math.min(count, 1 + chunks.nextInt(mostAtOnce));
      }
      if (chunks != null && chunks.nextBoolean()) {
        receiveChunk(bytes, at, count);
      } else {
        connection.receive(bytes, at, count);
      }
    }
  }

  /** The bytes come in native memory, which is overwritten afterwards. */
  void receiveChunk(byte[] bytes, int offset, int length) {
    ByteBuffer memory = ByteBuffer.allocateDirect(length);
    memory.put(bytes, offset, length);
    connection.receive(new InputChunk(memory, c -> {}), length, new byte[SCRATCH_BYTES]);
    memory.clear();
    memory.put(new byte[length]);
  }

  /** A request of gRPC's form, with more fields as names and values. */
  byte[] request(int streamId, boolean end, String... more) {
    HeaderList fields =
        new HeaderList()
            .add(":method", "POST")
            .add(":scheme", "http")
            .add(":path", "/service/method")
            .add(":authority", "localhost")
            .add("te", "trailers");
    for (int i = 0; i < more.length; i += 2) {
      fields.add(more[i], more[i + 1]);
    }
    return TestFrames.headers(streamId, block(fields), end);
  }

  /** HEADERS of these fields alone. */
  byte[] fields(int streamId, boolean end, String... fields) {
    HeaderList list = new HeaderList();
    for (int i = 0; i < fields.length; i += 2) {
      list.add(fields[i], fields[i + 1]);
    }
    return TestFrames.headers(streamId, block(list), end);
  }

  byte[] block(HeaderList fields) {
    return Blocks.encode(encoder, fields);
  }

  /** Reads all there is, as the owner's socket would. */
  List<SentFrame> take() {
    OutputBuffer output = connection.output();
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    in.write(unread, 0, unread.length);
    while (!output.isEmpty()) {
      int count = output.length();
      if (chunks != null) {
        count = 1 + chunks.nextInt(count);
      }
      in.write(output.array(), output.offset(), count);
      connection.written(count);
    }
    unread = in.toByteArray();
    return parse();
  }

  /** Reads as much as the socket takes at once. */
  List<SentFrame> take(int most) {
    OutputBuffer output = connection.output();
    ByteBuffer part = ByteBuffer.allocate(Math.min(most, output.size()));
    output.copyTo(part);
    unread = Blocks.concat(unread, part.array());
    int count = part.position();
    connection.written(count);
    return parse();
  }

  private List<SentFrame> parse() {
    List<SentFrame> frames = new ArrayList<>();
    int at = 0;
    while (unread.length - at >= Frames.HEADER_BYTES) {
      byte[] head = Arrays.copyOfRange(unread, at, at + Frames.HEADER_BYTES);
      int length = new FrameHead(head).length;
      if (unread.length - at < Frames.HEADER_BYTES + length) {
        break;
      }
      int end = at + Frames.HEADER_BYTES + length;
      frames.add(decoded(new SentFrame(Arrays.copyOfRange(unread, at, end), length)));
      at = end;
    }
    unread = Arrays.copyOfRange(unread, at, unread.length);
    return frames;
  }

  private SentFrame decoded(SentFrame frame) {
    boolean continuation = frame.is(Frames.CONTINUATION);
    if (blockStream != 0 && !(continuation && frame.streamId == blockStream)) {
      throw new AssertionError(frame + " within the header block of stream " + blockStream);
    }
    if (!continuation && !frame.is(Frames.HEADERS)) {
      return frame;
    }
    block.write(frame.payload, 0, frame.payload.length);
    blockStream = frame.streamId;
    if ((frame.flags & Frames.END_HEADERS) != 0) {
      try {
        frame.headers = Blocks.decode(decoder, block.toByteArray());
      } catch (Http2Exception e) {
        throw new AssertionError(e);
      }
      block.reset();
      blockStream = 0;
    }
    return frame;
  }

  /** What has come, in words. */
  String answers() {
    StringBuilder words = new StringBuilder();
    for (SentFrame frame : take()) {
      words.append(words.length() == 0 ? "" : ", ").append(frame);
    }
    return words.toString();
  }

  /** The owner ends a call, and must not hear of it any more. */
  void reset(Http2Stream stream) {
    connection.reset(stream, ErrorCode.INTERNAL_ERROR);
    owner.ended(stream);
  }

  /** Answers a call as gRPC does: headers, DATA, trailers. */
  void respond(int streamId, int bytes) {
    Http2Stream stream = owner.stream(streamId);
    connection.sendHeaders(stream, new HeaderList().add(":status", "200"), false);
    connection.sendData(stream, new byte[bytes], 0, bytes, false);
    connection.sendHeaders(stream, new HeaderList().add("grpc-status", "0"), true);
  }
}
