package io.github.grpcuds.it;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of HTTP/2 that answers each call with the bytes that a test gives it. */
final class ScriptedServer implements Closeable {
  /** Says what a call is answered with. An exception closes the connection. */
  interface Script {
    /**
     * A call's first HEADERS have come.
     *
     * @param number of the call, from 1, over all connections
     */
    void call(int number, int stream, Connection connection) throws IOException;

    /** The client has ended its side of a call. */
    default void ended(int stream, Connection connection) throws IOException {}
  }

  /** One client's. */
  final class Connection {
    final Socket socket; // below TLS
    private final Socket secured;
    private final OutputStream out;
    private int clientWindow = 65_535; // of a stream

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      this.secured = identity == null ? socket : identity.accept(socket);
      this.out = secured.getOutputStream();
    }

    void send(byte[]... frames) throws IOException {
      out.write(RawFrames.join(frames));
    }

    void close() throws IOException {
      secured.close();
    }

    /** How much a stream may be sent at once. */
    int clientWindow() {
      return clientWindow;
    }

    private void serve() {
      try (Socket open = secured) {
        send(RawFrames.settings(settings));
        DataInputStream in = new DataInputStream(open.getInputStream());
        in.readFully(new byte[RawFrames.PREFACE.length]);
        while (true) {
          int head = in.readInt();
          int flags = in.readUnsignedByte();
          int stream = in.readInt();
          byte[] payload = new byte[head >>> 8];
          in.readFully(payload);
          Http2Frame frame = new Http2Frame(head & 0xff, flags, stream, payload);
          frames.add(frame);
          answer(frame);
        }
      } catch (IOException e) {
        // The client has gone, or the script wants it to.
      }
    }

    private void answer(Http2Frame frame) throws IOException {
      if (frame.type == Http2Frame.SETTINGS && !frame.has(Http2Frame.ACK)) {
        clientWindow = frame.setting(Http2Frame.INITIAL_WINDOW_SIZE, clientWindow);
        send(RawFrames.SETTINGS_ACK);
      } else if (frame.type == Http2Frame.HEADERS) {
        script.call(calls.incrementAndGet(), frame.stream, this);
      }
      if (frame.type <= Http2Frame.HEADERS && frame.has(Http2Frame.END_STREAM)) {
        script.ended(frame.stream, this);
      }
    }
  }

  final AtomicInteger calls = new AtomicInteger();
  final List<Http2Frame> frames = new CopyOnWriteArrayList<>(); // that clients have sent

  private final String path;
  private final Identity identity; // null: it speaks plain text
  private final int[] settings;
  private final Script script;
  private final RawServer server;

  /**
   * Listens at once, in plain text.
   *
   * @param settings identifiers and values in turn
   */
  ScriptedServer(String path, Script script, int... settings) throws IOException {
    this(path, null, script, settings);
  }

  /**
   * Listens at once.
   *
   * @param identity for TLS; null: it speaks plain text
   * @param settings identifiers and values in turn
   */
  ScriptedServer(String path, Identity identity, Script script, int... settings)
      throws IOException {
    this.path = path;
    this.identity = identity;
    this.settings = settings;
    this.script = script;
    this.server = new RawServer(path, this::serve);
  }

  String path() {
    return path;
  }

  /** For channels to this server. */
  UdsChannelBuilder channelBuilder() throws IOException {
    return identity == null
        ? UdsChannelBuilder.forPath(path)
        : UdsChannelBuilder.forPath(path, identity.trusted());
  }

  /** How many there have been. */
  int connections() {
    return server.connections.get();
  }

  private void serve(Socket client) throws IOException {
    new Connection(client).serve();
  }

  /** The header block of an answer, up to its messages. */
  static byte[] answerHeaders() {
    return RawFrames.join(
        new byte[] {(byte) 0x88}, // 200
        new byte[] {0x0f, 0x10},
        RawFrames.string("application/grpc"));
  }

  /** HEADERS of an answer. */
  static byte[] headers(int stream) {
    return RawFrames.frame(Http2Frame.HEADERS, Http2Frame.END_HEADERS, stream, answerHeaders());
  }

  /** One message in one DATA frame. */
  static byte[] message(int stream, byte... content) {
    return RawFrames.frame(Http2Frame.DATA, 0, stream, RawFrames.message(content));
  }

  /** The end of a call. */
  static byte[] trailers(int stream, int status, String message) {
    return RawFrames.frame(
        Http2Frame.HEADERS,
        Http2Frame.END_HEADERS | Http2Frame.END_STREAM,
        stream,
        RawFrames.join(
            RawFrames.literal("grpc-status", Integer.toString(status)),
            RawFrames.literal("grpc-message", message)));
  }

  /** A whole answer of one message. */
  static byte[] answer(int stream, byte... content) {
    return RawFrames.join(headers(stream), message(stream, content), trailers(stream, 0, ""));
  }

  static byte[] goAway(int lastStream, int error, byte... text) {
    return RawFrames.frame(
        Http2Frame.GOAWAY,
        0,
        0,
        RawFrames.join(RawFrames.bytes(lastStream), RawFrames.bytes(error), text));
  }

  static byte[] reset(int stream, int error) {
    return RawFrames.frame(Http2Frame.RST_STREAM, 0, stream, RawFrames.bytes(error));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
