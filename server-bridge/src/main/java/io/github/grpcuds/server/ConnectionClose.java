package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.SafeLog;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.util.logging.Level;

/** Ends a connection: at once, when all is written, or when the client has read all. */
final class ConnectionClose {
  private static final SafeLog log = new SafeLog(ConnectionClose.class);
  private static final SafeLog.Line FAILED =
      log.line(Level.SEVERE, "A connection ends by an error of the server");
  private static final SafeLog.Line CLOSING_FAILED =
      log.line(Level.FINE, "Closing a socket failed");

  /** A reason that is there before it is needed: to make one takes memory. */
  private static final String SERVER_FAILED = "the server failed";

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
  private boolean failed; // by an error of the server
  private String reason = "the server closed the connection";

  private final Ending ending = new Ending();

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
      try {
        loop.schedule(() -> now(null), LINGER_MILLIS);
      } catch (RuntimeException | Error e) {
        now(null); // there is no memory to wait
      }
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
      return;
    }
    try {
      loop.schedule(() -> awaitProgress(now), LINGER_MILLIS);
    } catch (RuntimeException | Error e) {
      now(null); // there is no memory to wait
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

  /**
   * Closes because of an error of the socket or the server: at once, unless HTTP/2 has words of
   * farewell. The log comes last, for it may fail as well.
   */
  void fail(Throwable cause) {
    if (cause instanceof IOException) {
      now(cause.getMessage());
      return;
    }
    MemoryReserve.SHARED.letGoFor(cause);
    boolean known = !beginFailing();
    String why = textOf(cause);
    if (!sayFarewell(why)) {
      now(why);
    }
    if (!known) {
      FAILED.log(cause);
    }
  }

  private boolean beginFailing() {
    connection.lock();
    try {
      boolean first = !failed && state != State.CLOSED;
      failed = true;
      return first;
    } finally {
      connection.unlockOnly();
    }
  }

  /** False if there is nothing to be said, or no way to say it. */
  private boolean sayFarewell(String why) {
    connection.lock();
    try {
      boolean broken = connection.http2().failure() != null;
      if (!broken || connection.http2().output().isEmpty() || state == State.CLOSED) {
        return false;
      }
    } finally {
      connection.unlockOnly();
    }
    try {
      whenWritten(why);
      return true;
    } catch (RuntimeException | Error e) {
      return false;
    }
  }

  private static String textOf(Throwable cause) {
    try {
      return cause.toString();
    } catch (RuntimeException | Error e) {
      return SERVER_FAILED;
    }
  }

  /**
   * Closes at once. Never throws: what cannot be done for want of memory is done later, in the
   * loop.
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
      connection.unlockOnly();
    }
    try {
      ending.attempt();
    } catch (Throwable e) {
      MemoryReserve.SHARED.letGoFor(e);
      loop.retry(ending);
    }
  }

  /** What comes after the socket was closed, a step after the other; made beforehand. */
  private final class Ending extends Retries.Attempt {
    // Of the thread that ends it, one after the other.
    private boolean socketClosed;

    @Override
    void attempt() {
      if (!socketClosed) {
        closeSocket();
        socketClosed = true;
      }
      connection.lock();
      try {
        connection.http2().end(reason);
      } finally {
        connection.unlock();
      }
      listener.closed(reason);
    }

    private void closeSocket() {
      try {
        loop.poller().remove(channel);
      } catch (RuntimeException e) {
        CLOSING_FAILED.log(e); // it will not do better the next time
      } finally {
        try {
          channel.close();
        } catch (IOException | RuntimeException e) {
          CLOSING_FAILED.log(e);
        }
      }
    }
  }
}
