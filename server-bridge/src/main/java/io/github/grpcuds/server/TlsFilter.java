package io.github.grpcuds.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * The server's end of TLS, with "h2" by ALPN.
 *
 * <p>The engine lets one thread wrap while another unwraps; a delegated task locks it for as long
 * as it runs, so that nothing here touches the engine in that time. An idle filter holds no buffer.
 */
final class TlsFilter implements ByteFilter {
  private static final String H2 = "h2";
  private static final byte[] NO_BYTES = new byte[0];

  /** What one read of a socket gives, and a part of a record. */
  private static final int MAX_WAITING = 84 * 1024;

  /** Records without data in a row, such as empty ones and KeyUpdate; Go's limit is 16. */
  private static final int MAX_USELESS = 32;

  private final SSLEngine engine;
  private final Alpn alpn;

  private final RecordBuffer waiting = new RecordBuffer(); // the I/O thread's
  private boolean begun; // the first bytes were seen; the I/O thread's
  private boolean inputEnded; // the I/O thread's
  private int useless; // the I/O thread's

  // Set by the I/O thread or the writer, whichever ends the handshake; both may: it is the same.
  private volatile boolean established;
  // Set by the I/O thread before a task goes out, cleared by whoever ran it; read by all.
  private volatile boolean taskOut;
  // Set by whoever runs the task, before taskOut is cleared; read by the I/O thread.
  private volatile Throwable taskFailure;
  // Set by whoever runs the task; read by the I/O thread and the writer.
  private volatile List<String> refused;
  // Set by the writer, read by all.
  private volatile boolean outputEnded;

  /**
   * Takes an engine that is not in use.
   *
   * @throws UnsupportedOperationException if it has no ALPN
   */
  TlsFilter(SSLEngine engine) {
    this.engine = engine;
    engine.setUseClientMode(false);
    alpn = Alpn.of(engine, H2, this::choose);
  }

  private String choose(List<String> offered) {
    if (offered.contains(H2)) {
      return H2;
    }
    refused = offered;
    return null;
  }

  /** What was agreed on; complete once {@link #isEstablished}. */
  SSLSession session() {
    return engine.getSession();
  }

  @Override
  public boolean isEstablished() {
    return established;
  }

  @Override
  public boolean isInputEnded() {
    return inputEnded;
  }

  @Override
  public boolean wantsOutput() {
    return !taskOut && !outputEnded && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
  }

  @Override
  public Runnable takeTask() {
    if (taskOut || established || engine.getHandshakeStatus() != HandshakeStatus.NEED_TASK) {
      return null;
    }
    Runnable task = engine.getDelegatedTask();
    if (task == null) {
      return null;
    }
    taskOut = true;
    return () -> run(task);
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      taskFailure = e;
    } finally {
      taskOut = false;
    }
  }

  @Override
  public void input(byte[] buffer, int offset, int length, Sink sink) throws IOException {
    if (inputEnded) {
      return;
    }
    ByteBuffer source = ByteBuffer.wrap(buffer, offset, length);
    if (!taskOut) {
      throwTaskFailure();
      byte[] plain = PacketBuffers.take();
      try {
        unwrapAll(source, ByteBuffer.wrap(plain), sink);
      } finally {
        PacketBuffers.give(plain);
      }
    }
    if (waiting.size() + source.remaining() > MAX_WAITING) {
      throw new IOException(
          "the client sent more than " + MAX_WAITING + " bytes ahead of the TLS handshake");
    }
    waiting.add(source, source.remaining());
  }

  private void throwTaskFailure() throws IOException {
    if (taskFailure != null) {
      throw new IOException("a task of the TLS handshake failed: " + taskFailure, taskFailure);
    }
  }

  /** First what waited, completed record by record with what came; then the rest in place. */
  private void unwrapAll(ByteBuffer source, ByteBuffer plain, Sink sink) throws IOException {
    if (!established && !unwrapNothing(plain)) {
      return;
    }
    while (!waiting.isEmpty()) {
      waiting.add(source, waiting.missing());
      // A new header is shown to the engine at once: it may be no header at all.
      if (waiting.missing() > 0 && waiting.size() != RecordBuffer.HEADER) {
        return;
      }
      ByteBuffer view = waiting.view();
      boolean goOn = unwrap(view, plain, sink);
      waiting.keep(view);
      if (!goOn || (!waiting.isEmpty() && !source.hasRemaining())) {
        return;
      }
    }
    unwrap(source, plain, sink);
  }

  /** Hears how a task went; false if it is the turn of another task or of output. */
  private boolean unwrapNothing(ByteBuffer plain) throws IOException {
    HandshakeStatus next = unwrapOne(ByteBuffer.wrap(NO_BYTES), plain).getHandshakeStatus();
    return next != HandshakeStatus.NEED_TASK && next != HandshakeStatus.NEED_WRAP;
  }

  /** Unwraps whole records. False if the engine takes no more before a task or output. */
  private boolean unwrap(ByteBuffer source, ByteBuffer plain, Sink sink) throws IOException {
    if (!begun && source.remaining() >= RecordBuffer.HEADER) {
      checkFirst(source);
      begun = true;
    }
    boolean goOn = true;
    boolean whole = true;
    while (goOn && whole && source.hasRemaining()) {
      SSLEngineResult result = unwrapOne(source, plain);
      switch (result.getStatus()) {
        case BUFFER_UNDERFLOW:
          whole = false;
          break;
        case BUFFER_OVERFLOW:
          checkRoom(plain);
          pass(plain, sink);
          break;
        case CLOSED:
          inputEnded = true;
          source.position(source.limit());
          break;
        case OK:
          goOn = unwrapped(result);
          break;
      }
    }
    pass(plain, sink);
    return goOn;
  }

  /** A client that does not speak TLS would take an alert for something else: it gets none. */
  private void checkFirst(ByteBuffer source) throws IOException {
    try {
      TlsFailure.checkFirst(source);
    } catch (IOException e) {
      outputEnded = true;
      throw e;
    }
  }

  private boolean unwrapped(SSLEngineResult result) throws IOException {
    HandshakeStatus next = result.getHandshakeStatus();
    if (next == HandshakeStatus.NEED_TASK && established) {
      throw new IOException(
          "the client starts a TLS renegotiation, which HTTP/2 forbids (RFC 9113, 9.2.1)");
    }
    if (established) {
      countUseless(result);
    }
    if (next == HandshakeStatus.FINISHED || result.bytesProduced() > 0) {
      finishHandshake();
    }
    return next != HandshakeStatus.NEED_TASK && result.bytesConsumed() > 0;
  }

  /**
   * Bounds what a client can make the engine do for nothing, and the answers to KeyUpdate that wait
   * in the engine while the client reads none.
   */
  private void countUseless(SSLEngineResult result) throws IOException {
    if (result.bytesProduced() == 0) {
      if (++useless > MAX_USELESS) {
        throw new IOException("the client sent " + useless + " TLS records without data");
      }
    } else if (result.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
      useless = 0;
    }
  }

  private void finishHandshake() throws IOException {
    if (established) {
      return;
    }
    if (!alpn.protocol().equals(H2)) {
      engine.closeOutbound();
      throw TlsFailure.noAlpn();
    }
    established = true;
  }

  private SSLEngineResult unwrapOne(ByteBuffer source, ByteBuffer plain) throws IOException {
    try {
      return engine.unwrap(source, plain);
    } catch (SSLException | RuntimeException e) {
      throw TlsFailure.of(e, engine, established, refused);
    }
  }

  @Override
  public int output(byte[] buffer, int offset, int length, Sink sink) throws IOException {
    if (taskOut) {
      return 0;
    }
    ByteBuffer source = ByteBuffer.wrap(buffer, offset, established ? length : 0);
    byte[] packets = PacketBuffers.take();
    try {
      wrapAll(source, ByteBuffer.wrap(packets), sink);
    } finally {
      PacketBuffers.give(packets);
    }
    return source.position() - offset;
  }

  /** Wraps until nothing is left or the buffer is full. */
  private void wrapAll(ByteBuffer source, ByteBuffer packets, Sink sink) throws IOException {
    boolean goOn = true;
    // With no bytes and no need the engine would make an empty record.
    while (goOn
        && (source.hasRemaining() || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP)) {
      SSLEngineResult result = wrapOne(source, packets);
      goOn = result.getStatus() == SSLEngineResult.Status.OK && result.bytesProduced() > 0;
      if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
        outputEnded = true;
      } else if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
        checkRoom(packets);
      }
      if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
        pass(packets, sink);
        finishHandshake();
      }
    }
    pass(packets, sink);
    if (outputEnded && source.hasRemaining()) {
      throw new IOException("TLS is closed, by the client or after a failure");
    }
  }

  private SSLEngineResult wrapOne(ByteBuffer source, ByteBuffer packets) throws IOException {
    try {
      return engine.wrap(source, packets);
    } catch (SSLException | RuntimeException e) {
      throw TlsFailure.of(e, engine, established, refused);
    }
  }

  /** An engine that finds an empty buffer too small would do so for ever. */
  private void checkRoom(ByteBuffer buffer) throws IOException {
    if (buffer.position() == 0) {
      throw new IOException(
          engine.getClass().getName() + " wants more room than " + buffer.capacity() + " bytes");
    }
  }

  private static void pass(ByteBuffer buffer, Sink sink) {
    if (buffer.position() > 0) {
      sink.accept(buffer.array(), buffer.arrayOffset(), buffer.position());
      buffer.clear();
    }
  }

  /** A client in the middle of a task hears nothing: the engine is locked. */
  @Override
  public void closeOutput(Sink sink) throws IOException {
    if (taskOut || outputEnded) {
      return;
    }
    engine.closeOutbound();
    output(NO_BYTES, 0, 0, sink);
    outputEnded = true;
  }

  /** Many clients leave without a close_notify; HTTP/2 knows by itself what was complete. */
  @Override
  public void endOfInput() throws IOException {
    if (!begun) {
      throw new IOException("the client left before the TLS handshake");
    }
    if (!established) {
      throw new IOException("the client left in the middle of the TLS handshake");
    }
    if (!waiting.isEmpty()) {
      throw new IOException("the client left in the middle of a TLS record");
    }
  }
}
