package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.SafeLog;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.util.logging.Level;

/** Ends a connection: at once, when all is written, or when the client has read all. */
final class ConnectionClose {
  private static final SafeLog log = new SafeLog(ConnectionClose.class);

  /** How long a closing connection waits for a client that does not read. */
  private static final long LINGER_MILLIS = 1000;

  /** How far the end has come; never goes back. */
  enum State {
    /** There is no end in sight. */
    OPEN,
    /** To be closed when all is written; nothing is read. */
    DRAINING,
    /** All is written, and the client knows; it is to close first. */
    HALF_CLOSED,
    /** The socket is closed, or about to be. */
    CLOSED
  }

  private final ServerConnection connection;
  private final UdsChannel channel;
  private final EventLoop loop;
  private final ServerConnection.Listener listener;

  // Guarded by the connection's lock.
  private State state = State.OPEN;
  private boolean lingers; // to be closed after a while at any rate
  private boolean clientFirst; // is to close, after all is written
  private String reason = "the server closed the connection";

  ConnectionClose(
      ServerConnection connection,
      UdsChannel channel,
      EventLoop loop,
      ServerConnection.Listener listener) {
    this.connection = connection;
    this.channel = channel;
    this.loop = loop;
    this.listener = listener;
  }

  // Under the lock.

  boolean isOpen() {
    return state == State.OPEN;
  }

  boolean isDraining() {
    return state == State.DRAINING;
  }

  boolean isHalfClosed() {
    return state == State.HALF_CLOSED;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  boolean mayWrite() {
    return state == State.OPEN || state == State.DRAINING;
  }

  // Without the lock, from any thread.

  /**
   * Writes what is in the output, then closes; at the latest after a second.
   *
   * @param why null if HTTP/2 has failed and knows
   */
  void whenWritten(String why) {
    drain(why);
    if (beginLingering()) {
      loop.schedule(() -> now(null), LINGER_MILLIS);
    }
  }

  private boolean beginLingering() {
    connection.lock();
    try {
      boolean first = !lingers && state != State.CLOSED;
      lingers = true;
      return first;
    } finally {
      connection.unlockOnly();
    }
  }

  /**
   * As {@link #whenWritten}, but for as long as the client goes on reading, and it is the client
   * that closes first, if it does so within a second: a write of its own that met a closed socket
   * would keep it from reading what is there for it.
   */
  void whenRead(String why) {
    connection.lock();
    try {
      clientFirst = true;
    } finally {
      connection.unlockOnly();
    }
    if (drain(why)) {
      awaitProgress(-1);
    }
  }

  private boolean drain(String why) {
    boolean first;
    connection.lock();
    try {
      first = state == State.OPEN;
      if (first) {
        state = State.DRAINING;
        reason = why == null ? connection.http2().endReason() : why;
        connection.http2().end(reason);
      }
    } finally {
      connection.unlock();
    }
    if (first) {
      connection.writer().write();
      connection.watchLater();
    }
    return first;
  }

  private void awaitProgress(int before) {
    connection.writer().unblock(); // there may be room long before the socket counts as writable
    connection.writer().write();
    int now;
    connection.lock();
    try {
      if (state == State.CLOSED) {
        return;
      }
      now = connection.writer().progress();
    } finally {
      connection.unlockOnly();
    }
    if (now == before) {
      now(null);
    } else {
      loop.schedule(() -> awaitProgress(now), LINGER_MILLIS);
    }
  }

  /** All is written that was to be, by the thread that wrote it. */
  void written() {
    boolean waits;
    connection.lock();
    try {
      waits = clientFirst;
    } finally {
      connection.unlockOnly();
    }
    if (waits) {
      closeOutput();
    } else {
      now(null);
    }
  }

  /** The client has been sent all; what it still sends is read and passed over. */
  private void closeOutput() {
    connection.lock();
    try {
      if (state != State.DRAINING) {
        return;
      }
      state = State.HALF_CLOSED;
      connection.writer().wroteEnd();
    } finally {
      connection.unlockOnly();
    }
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      now(null);
      return;
    }
    connection.watchLater();
  }

  /** Closes at once, because of an error of the socket or the server. */
  void fail(Throwable cause) {
    boolean expected = cause instanceof IOException;
    if (!expected) {
      log.log(Level.SEVERE, "A connection ends by an error of the server", cause);
    }
    now(expected ? cause.getMessage() : cause.toString());
  }

  /**
   * Closes at once.
   *
   * @param why null if that is known already
   */
  void now(String why) {
    connection.lock();
    try {
      if (state == State.CLOSED) {
        return;
      }
      state = State.CLOSED;
      if (why != null) {
        reason = why;
      }
    } finally {
      connection.unlock();
    }
    try {
      closeSocket();
    } finally {
      endHttp2();
    }
  }

  private void closeSocket() {
    loop.poller().remove(channel);
    try {
      channel.close();
    } catch (IOException e) {
      log.log(Level.FINE, "Closing a socket failed", e);
    }
  }

  private void endHttp2() {
    try {
      connection.lock();
      try {
        connection.http2().end(reason);
      } finally {
        connection.unlock();
      }
    } finally {
      listener.closed(reason);
    }
  }
}
