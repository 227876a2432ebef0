package io.github.grpcuds.it;

import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection of an attacker: writes any bytes, and notes when and how the server cuts it off.
 * It reads only when it is told to; what it reads it counts and forgets.
 */
final class RawAttacker implements AutoCloseable {
  private static final int DEFAULT_WINDOW = 65_535;

  private final Socket socket;
  private final long startNanos = System.nanoTime();
  private final CountDownLatch cut = new CountDownLatch(1);
  private final CountDownLatch settingsSeen = new CountDownLatch(1);
  private final AtomicLong connectionCredit = new AtomicLong(DEFAULT_WINDOW);
  private final Map<Integer, AtomicLong> streamCredits = new ConcurrentHashMap<>();

  /** Bytes of DATA, frames and frames of RST_STREAM that came. */
  final AtomicLong dataBytes = new AtomicLong();

  final AtomicLong frames = new AtomicLong();
  final AtomicLong resets = new AtomicLong();

  private volatile int initialCredit = DEFAULT_WINDOW;
  private volatile long cutNanos;
  private volatile String goAway;
  private volatile boolean closed;
  private Thread reader;

  RawAttacker(String path) throws IOException {
    socket = new UdsSocketFactory(UdsAddress.ofPath(path)).createSocket("localhost", 0);
  }

  /**
   * Writes; blocks for as long as the server does not read.
   *
   * @throws IOException if the server has cut the connection, or it was closed
   */
  void write(byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    } catch (IOException e) {
      noteCut();
      throw e;
    }
  }

  void write(byte[] bytes, int from, int count) throws IOException {
    byte[] part = new byte[count];
    System.arraycopy(bytes, from, part, 0, count);
    write(part);
  }

  /** The preface with SETTINGS, whose arguments are identifiers and values in turn. */
  RawAttacker greet(int... settings) throws IOException {
    write(RawFrames.join(RawFrames.PREFACE, RawFrames.settings(settings)));
    return this;
  }

  /** Reads from now on, in the background. */
  RawAttacker read() {
    if (reader == null) {
      reader = new Thread(this::readAll, "reader of an attacker");
      reader.setDaemon(true);
      reader.start();
    }
    return this;
  }

  /** Waits for the server's SETTINGS, for an attacker who wants to be taken for a good client. */
  void awaitSettings() throws InterruptedException, IOException {
    if (!settingsSeen.await(Deadline.SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("no SETTINGS within " + Deadline.SECONDS + " s");
    }
    write(RawFrames.SETTINGS_ACK);
  }

  private void readAll() {
    try {
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      byte[] header = new byte[9];
      byte[] payload = new byte[1 << 14];
      while (true) {
        in.readFully(header);
        ByteBuffer fields = ByteBuffer.wrap(header);
        int length = fields.getInt(0) >>> 8;
        if (length > payload.length) {
          passOver(in); // not HTTP/2
        }
        in.readFully(payload, 0, length);
        frames.incrementAndGet();
        note(header[3], header[4], fields.getInt(5), ByteBuffer.wrap(payload, 0, length));
      }
    } catch (IOException e) {
      noteCut();
    }
  }

  private static void passOver(DataInputStream in) throws IOException {
    while (in.read() >= 0) {}
    throw new EOFException();
  }

  private void note(int type, int flags, int stream, ByteBuffer payload) {
    if (type == Http2Frame.DATA) {
      dataBytes.addAndGet(payload.remaining());
    } else if (type == Http2Frame.RST_STREAM) {
      resets.incrementAndGet();
    } else if (type == Http2Frame.WINDOW_UPDATE) {
      credit(stream).addAndGet(payload.getInt());
    } else if (type == Http2Frame.GOAWAY) {
      payload.getInt();
      String error = RawFrames.errorName(payload.getInt());
      String debug = StandardCharsets.UTF_8.decode(payload).toString();
      goAway = debug.isEmpty() ? error : error + " \"" + debug + "\"";
    } else if (type == Http2Frame.SETTINGS && (flags & Http2Frame.ACK) == 0) {
      while (payload.remaining() >= 6) {
        if (payload.getShort() == Http2Frame.INITIAL_WINDOW_SIZE) {
          initialCredit = payload.getInt();
        } else {
          payload.getInt();
        }
      }
      settingsSeen.countDown();
    }
  }

  private AtomicLong credit(int stream) {
    return stream == 0
        ? connectionCredit
        : streamCredits.computeIfAbsent(stream, s -> new AtomicLong(initialCredit));
  }

  /** Takes credit for DATA on a stream, if flow control has it. */
  boolean takeCredit(int stream, int bytes) {
    AtomicLong credit = credit(stream);
    if (credit.get() < bytes || connectionCredit.get() < bytes) {
      return false;
    }
    credit.addAndGet(-bytes);
    connectionCredit.addAndGet(-bytes);
    return true;
  }

  private synchronized void noteCut() {
    if (!closed && cut.getCount() > 0) {
      cutNanos = System.nanoTime();
      cut.countDown();
    }
  }

  boolean isCut() {
    return cut.getCount() == 0;
  }

  /** Looks whether the server has ended the connection: reads, for a moment, what is left. */
  void conclude(long millis) throws InterruptedException {
    read();
    cut.await(millis, TimeUnit.MILLISECONDS);
    if (isCut()) {
      reader.join(1000); // a GOAWAY may lie before the end
    }
  }

  /** What the last GOAWAY said; null if there was none. */
  String goAway() {
    return goAway;
  }

  double secondsToCut() {
    return (cutNanos - startNanos) / 1e9;
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
