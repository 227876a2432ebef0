package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.fail;

import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A client that writes HTTP/2 frame by frame, right or wrong, and sees each frame of the server. It
 * reads only inside its own methods, and fails if what it waits for takes too long. Unless told
 * otherwise it acknowledges settings and pings and credits data as it comes. For one thread.
 */
final class Http2Peer implements Closeable {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int FRAME_HEADER = 9;
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int DEFAULT_MAX_FRAME = 16_384;

  private final Socket socket;
  private final OutputStream out;
  private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false, 1 << 24);
  private final Map<Integer, Http2Reply> replies = new HashMap<>();
  private final Map<Integer, Integer> sendWindows = new HashMap<>();
  private final Deque<Http2Frame> unclaimed = new ArrayDeque<>();
  private ByteBuffer input = ByteBuffer.allocate(1 << 16); // always ready to be read from
  private int initialWindow = DEFAULT_WINDOW;
  private int connectionWindow = DEFAULT_WINDOW;
  private int nextStream = 1;
  private int pendingTableSize = -1; // not acknowledged yet
  private Http2Frame splitBlock; // HEADERS whose CONTINUATION is still to come
  private byte[] lastBlock;
  private boolean answersPings = true;
  private boolean credits = true;
  private boolean cut;

  private Http2Peer(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    input.limit(0);
  }

  /** A connection on which nothing was written yet. */
  static Http2Peer open(String path) throws IOException {
    return new Http2Peer(
        new UdsSocketFactory("unix:" + path)
            .withConnectTimeout(Deadline.SECONDS, TimeUnit.SECONDS)
            .createSocket("localhost", 0));
  }

  /**
   * A connection with the handshake done.
   *
   * @param settings identifiers and values
   */
  static Http2Peer connect(String path, int... settings) throws IOException {
    Http2Peer peer = open(path);
    boolean done = false;
    try {
      peer.write(PREFACE);
      peer.settings(settings);
      done = true;
      return peer;
    } finally {
      if (!done) {
        peer.close();
      }
    }
  }

  /** Leaves pings unanswered. */
  Http2Peer ignoringPings() {
    answersPings = false;
    return this;
  }

  /** Answers the pings that were left unanswered, and those to come. */
  void answerPings() throws IOException {
    answersPings = true;
    for (Http2Frame ping; (ping = claim(Http2Frame.PING)) != null; ) {
      frame(Http2Frame.PING, Http2Frame.ACK, 0, ping.payload);
    }
  }

  /** Sends no WINDOW_UPDATE by itself. */
  Http2Peer creditingNothing() {
    credits = false;
    return this;
  }

  // What it writes.

  /** What the server does not take, because it has closed, is lost: its last frames tell why. */
  void write(byte[] bytes) throws IOException {
    try {
      out.write(bytes);
      out.flush();
    } catch (SocketException e) {
      cut = true;
    }
  }

  /** True if the server has closed before it took all, as far as writes and reads have shown. */
  boolean isCut() {
    return cut;
  }

  void frame(int type, int flags, int stream, byte... payload) throws IOException {
    write(new Http2Frame(type, flags, stream, payload).encode());
  }

  /** Sends settings and waits for the acknowledgement. */
  void settings(int... identifiersAndValues) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(identifiersAndValues.length * 3);
    for (int i = 0; i < identifiersAndValues.length; i += 2) {
      payload.putShort((short) identifiersAndValues[i]).putInt(identifiersAndValues[i + 1]);
      if (identifiersAndValues[i] == Http2Frame.HEADER_TABLE_SIZE) {
        pendingTableSize = identifiersAndValues[i + 1];
      }
    }
    frame(Http2Frame.SETTINGS, 0, 0, payload.array());
    awaitAck(Http2Frame.SETTINGS);
  }

  void ping(long content) throws IOException {
    frame(Http2Frame.PING, 0, 0, ByteBuffer.allocate(8).putLong(content).array());
  }

  /** All that the server had to send when it read this has come when it returns. */
  void barrier() throws IOException {
    ping(42);
    awaitAck(Http2Frame.PING);
  }

  void credit(int stream, int bytes) throws IOException {
    frame(Http2Frame.WINDOW_UPDATE, 0, stream, bytes(bytes));
  }

  void reset(int stream, int error) throws IOException {
    frame(Http2Frame.RST_STREAM, 0, stream, bytes(error));
  }

  private static byte[] bytes(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  /** A number for a stream. */
  int newStream() {
    nextStream += 2;
    return nextStream - 2;
  }

  /** Begins a gRPC call, and returns its stream. */
  int start(String method, String... moreHeaders) throws IOException {
    return request(false, concat(grpcHeaders(method), moreHeaders));
  }

  /** Begins a request, and returns its stream. */
  int request(boolean end, String... headers) throws IOException {
    int stream = newStream();
    int flags = Http2Frame.END_HEADERS | (end ? Http2Frame.END_STREAM : 0);
    byte[] block = block(headers);
    int first = Math.min(block.length, DEFAULT_MAX_FRAME);
    if (first == block.length) {
      frame(Http2Frame.HEADERS, flags, stream, block);
      return stream;
    }
    frame(
        Http2Frame.HEADERS,
        flags & ~Http2Frame.END_HEADERS,
        stream,
        Arrays.copyOf(block, DEFAULT_MAX_FRAME));
    for (int from = first; from < block.length; from += DEFAULT_MAX_FRAME) {
      int to = Math.min(block.length, from + DEFAULT_MAX_FRAME);
      int last = to == block.length ? Http2Frame.END_HEADERS : 0;
      frame(Http2Frame.CONTINUATION, last, stream, Arrays.copyOfRange(block, from, to));
    }
    return stream;
  }

  static String[] grpcHeaders(String method) {
    return new String[] {
      ":method", "POST",
      ":scheme", "http",
      ":path", "/" + method,
      ":authority", "localhost",
      "content-type", "application/grpc",
      "te", "trailers"
    };
  }

  static String[] concat(String[] a, String... b) {
    String[] all = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, all, a.length, b.length);
    return all;
  }

  /** HPACK, each field a literal that no table keeps. */
  static byte[] block(String... namesAndValues) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.write(0);
      literal(block, namesAndValues[i]);
      literal(block, namesAndValues[i + 1]);
    }
    return block.toByteArray();
  }

  /** A string of HPACK without Huffman's code (RFC 7541, section 5.2). */
  static void literal(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 127) {
      block.write(bytes.length);
    } else {
      block.write(127);
      int rest = bytes.length - 127;
      for (; rest >= 128; rest >>>= 7) {
        block.write((rest & 127) | 128);
      }
      block.write(rest);
    }
    block.write(bytes, 0, bytes.length);
  }

  /** A gRPC message with its prefix. */
  static byte[] message(byte[] content) {
    return ByteBuffer.allocate(5 + content.length)
        .put((byte) 0)
        .putInt(content.length)
        .put(content)
        .array();
  }

  /** Sends a gRPC message, as fast as the server's windows allow. */
  void send(int stream, byte[] message, boolean end) throws IOException {
    byte[] framed = message(message);
    for (int from = 0; from < framed.length; ) {
      awaitThat(() -> sendWindow(stream) > 0, "room in the server's window");
      int size = Math.min(Math.min(DEFAULT_MAX_FRAME, framed.length - from), sendWindow(stream));
      boolean last = end && from + size == framed.length;
      data(stream, Arrays.copyOfRange(framed, from, from + size), last);
      from += size;
    }
  }

  private void data(int stream, byte[] bytes, boolean end) throws IOException {
    frame(Http2Frame.DATA, end ? Http2Frame.END_STREAM : 0, stream, bytes);
    spend(stream, bytes.length);
  }

  /** Sends bytes with padding, if the server's windows allow it at once or soon. */
  void paddedData(int stream, byte[] bytes, int padding, boolean end) throws IOException {
    byte[] payload = new byte[1 + bytes.length + padding];
    payload[0] = (byte) padding;
    System.arraycopy(bytes, 0, payload, 1, bytes.length);
    awaitThat(() -> sendWindow(stream) >= payload.length, "room in the server's window");
    int flags = Http2Frame.PADDED | (end ? Http2Frame.END_STREAM : 0);
    frame(Http2Frame.DATA, flags, stream, payload);
    spend(stream, payload.length);
  }

  void end(int stream) throws IOException {
    frame(Http2Frame.DATA, Http2Frame.END_STREAM, stream);
  }

  /** Makes a call with one request to its end. */
  Http2Reply call(String method, byte[] request, String... moreHeaders) throws IOException {
    int stream = start(method, moreHeaders);
    send(stream, request, true);
    return awaitReply(stream);
  }

  /** The block of headers or trailers that came last, as it came. */
  byte[] lastBlock() {
    return lastBlock;
  }

  /** How many bytes the server takes on a stream now. */
  int sendWindow(int stream) {
    return Math.min(connectionWindow, sendWindows.getOrDefault(stream, initialWindow));
  }

  /** How many bytes the server takes on a new stream. */
  int streamWindow() {
    return initialWindow;
  }

  private void spend(int stream, int bytes) {
    connectionWindow -= bytes;
    sendWindows.merge(stream, initialWindow - bytes, (window, first) -> window - bytes);
  }

  // What it reads.

  /** What has come on a stream. */
  Http2Reply reply(int stream) {
    return replies.computeIfAbsent(stream, s -> new Http2Reply());
  }

  /** What came on a stream, once the server has ended it. */
  Http2Reply awaitReply(int stream) throws IOException {
    Http2Reply reply = reply(stream);
    awaitThat(reply::over, "end of stream " + stream);
    return reply;
  }

  /** Waits until so many bytes of data have come on a stream. */
  void awaitBody(int stream, int bytes) throws IOException {
    awaitThat(() -> reply(stream).bodySize() >= bytes, bytes + " bytes");
  }

  /** The next frame of a type, neither HEADERS nor DATA nor acknowledgement, not taken yet. */
  Http2Frame awaitFrame(int type) throws IOException {
    return await(type, false);
  }

  /** The next acknowledgement of a SETTINGS or PING that was not taken yet. */
  Http2Frame awaitAck(int type) throws IOException {
    return await(type, true);
  }

  private Http2Frame await(int type, boolean ack) throws IOException {
    Http2Frame[] found = {null};
    awaitThat(() -> (found[0] = claim(type, ack)) != null, "frame of type " + type);
    return found[0];
  }

  /** Takes a frame as {@link #awaitFrame} does, but null if none has come yet. */
  Http2Frame claim(int type) {
    return claim(type, false);
  }

  private Http2Frame claim(int type, boolean ack) {
    for (Iterator<Http2Frame> each = unclaimed.iterator(); each.hasNext(); ) {
      Http2Frame frame = each.next();
      if (frame.type == type && ack == (acknowledgeable(type) && frame.has(Http2Frame.ACK))) {
        each.remove();
        return frame;
      }
    }
    return null;
  }

  private static boolean acknowledgeable(int type) {
    return type == Http2Frame.SETTINGS || type == Http2Frame.PING;
  }

  /** Reads until something holds. */
  void awaitThat(BooleanSupplier condition, String what) throws IOException {
    Deadline deadline = Deadline.start();
    while (!condition.getAsBoolean()) {
      if (!readFrame(deadline, what)) {
        fail("the server closed the connection before the " + what + "; " + seen());
      }
    }
  }

  /** Reads until the server has closed the connection. */
  void awaitClose() throws IOException {
    Deadline deadline = Deadline.start();
    while (readFrame(deadline, "end of the connection")) {}
  }

  /** Reads whatever comes, be it HTTP/2 or not, until the server has closed the connection. */
  void awaitRawClose() throws IOException {
    Deadline deadline = Deadline.start();
    try {
      while (fill(1, deadline)) {
        input.position(input.limit());
      }
    } catch (SocketTimeoutException e) {
      fail("still open after " + Deadline.SECONDS + " s");
    }
  }

  private String seen() {
    return "so far came " + replies + " and " + unclaimed;
  }

  /** False if the connection is closed. */
  private boolean readFrame(Deadline deadline, String what) throws IOException {
    try {
      if (!fill(FRAME_HEADER, deadline)) {
        return false;
      }
      int length = input.getInt(input.position()) >>> 8;
      if (!fill(FRAME_HEADER + length, deadline)) {
        return false;
      }
    } catch (SocketTimeoutException e) {
      fail("no " + what + " within " + Deadline.SECONDS + " s; " + seen());
    }
    handle(take());
    return true;
  }

  private Http2Frame take() {
    int length = input.getInt() >>> 8;
    input.position(input.position() - 1);
    int type = input.get() & 0xff;
    int flags = input.get() & 0xff;
    int stream = input.getInt();
    byte[] payload = new byte[length];
    input.get(payload);
    return new Http2Frame(type, flags, stream, payload);
  }

  /** Reads until so many bytes are there; false at the end. */
  private boolean fill(int bytes, Deadline deadline) throws IOException {
    while (input.remaining() < bytes) {
      makeRoom(bytes);
      if (deadline.isPast()) {
        throw new SocketTimeoutException();
      }
      socket.setSoTimeout((int) deadline.leftMillis());
      int n;
      try {
        n =
            socket
                .getInputStream()
                .read(input.array(), input.limit(), input.capacity() - input.limit());
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        cut = true; // a reset
        n = -1;
      }
      if (n < 0) {
        return false;
      }
      input.limit(input.limit() + n);
    }
    return true;
  }

  private void makeRoom(int bytes) {
    int size = Math.max(bytes, 1 << 16);
    if (input.capacity() - input.position() < size) {
      ByteBuffer larger = ByteBuffer.allocate(Math.max(size, input.capacity()));
      larger.put(input).flip();
      input = larger;
    }
  }

  private void handle(Http2Frame frame) throws IOException {
    switch (frame.type) {
      case Http2Frame.DATA:
        handleData(frame);
        break;
      case Http2Frame.HEADERS:
        handleBlock(frame);
        break;
      case Http2Frame.CONTINUATION:
        handleBlock(join(splitBlock, frame));
        break;
      case Http2Frame.RST_STREAM:
        reply(frame.stream).reset = frame.error();
        break;
      case Http2Frame.WINDOW_UPDATE:
        handleCredit(frame);
        break;
      case Http2Frame.SETTINGS:
        handleSettings(frame);
        break;
      case Http2Frame.PING:
        handlePing(frame);
        break;
      default:
        unclaimed.add(frame);
    }
  }

  private void handleData(Http2Frame frame) {
    reply(frame.stream).addData(frame.data(), frame.has(Http2Frame.END_STREAM));
    if (credits && frame.payload.length > 0) {
      byte[] size = bytes(frame.payload.length);
      ByteBuffer both = ByteBuffer.allocate(2 * (FRAME_HEADER + size.length));
      both.put(new Http2Frame(Http2Frame.WINDOW_UPDATE, 0, 0, size).encode());
      if (!frame.has(Http2Frame.END_STREAM)) {
        both.put(new Http2Frame(Http2Frame.WINDOW_UPDATE, 0, frame.stream, size).encode());
      }
      answer(Arrays.copyOf(both.array(), both.position()));
    }
  }

  /** The server may have closed the connection; that is for the reader to see, and when. */
  private void answer(byte[] frames) {
    try {
      write(frames);
    } catch (IOException e) {
      answersPings = false;
      credits = false;
    }
  }

  private static Http2Frame join(Http2Frame a, Http2Frame b) {
    byte[] payload = Arrays.copyOf(a.payload, a.payload.length + b.payload.length);
    System.arraycopy(b.payload, 0, payload, a.payload.length, b.payload.length);
    return new Http2Frame(a.type, a.flags | b.flags, a.stream, payload);
  }

  private void handleBlock(Http2Frame frame) throws IOException {
    if (!frame.has(Http2Frame.END_HEADERS)) {
      splitBlock = frame;
      return;
    }
    lastBlock = frame.payload;
    reply(frame.stream).addHeaders(decode(frame.payload), frame.has(Http2Frame.END_STREAM));
  }

  private Map<String, String> decode(byte[] block) throws IOException {
    ByteBuf bytes = Unpooled.wrappedBuffer(block);
    Map<String, String> fields = new LinkedHashMap<>();
    try {
      Http2Headers headers = hpack.decodeHeaders(0, bytes);
      headers.forEach(
          field ->
              fields.merge(
                  field.getKey().toString(),
                  field.getValue().toString(),
                  (first, second) -> first + "," + second));
    } catch (Http2Exception e) {
      throw new IOException("bad HPACK from the server", e);
    } finally {
      bytes.release();
    }
    return fields;
  }

  private void handleCredit(Http2Frame frame) {
    int bytes = frame.intAt(0);
    if (frame.stream == 0) {
      connectionWindow += bytes;
    } else {
      sendWindows.merge(frame.stream, initialWindow + bytes, (window, first) -> window + bytes);
    }
  }

  private void handleSettings(Http2Frame frame) throws IOException {
    if (frame.has(Http2Frame.ACK)) {
      if (pendingTableSize >= 0) {
        restrictTable(pendingTableSize);
        pendingTableSize = -1;
      }
      unclaimed.add(frame);
      return;
    }
    int before = initialWindow;
    initialWindow = frame.setting(Http2Frame.INITIAL_WINDOW_SIZE, before);
    sendWindows.replaceAll((stream, window) -> window + initialWindow - before);
    answer(new Http2Frame(Http2Frame.SETTINGS, Http2Frame.ACK, 0, new byte[0]).encode());
  }

  /** From now on the server must keep to this, and say so first. */
  private void restrictTable(int size) throws IOException {
    try {
      hpack.configuration().maxHeaderTableSize(size);
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
  }

  private void handlePing(Http2Frame frame) {
    unclaimed.add(frame);
    if (answersPings && !frame.has(Http2Frame.ACK)) {
      answer(new Http2Frame(Http2Frame.PING, Http2Frame.ACK, 0, frame.payload).encode());
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
