package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import io.grpc.Status;
import java.io.IOException;
import java.net.Socket;

/**
 * One attempt of a channel to reach a server: from its start to the server's SETTINGS, the first
 * that HTTP/2 lets it send. Knows how far that is, to name the stage in which it ends.
 *
 * <p>Safe for use by any thread; {@code this} guards the state.
 */
final class ConnectAttempt {
  /** How far an attempt is; each stage says what the attempt waits for. */
  enum Stage {
    THREAD("no thread of the transport executor has taken it up: give the channel more of them"),
    CONNECT("the server's backlog is full, it accepts no connections"),
    TLS_HANDSHAKE(
        "the TLS handshake is not done: the server is stuck or stopped, or waits for plain text"),
    SETTINGS(
        "connected, but the server has not sent its HTTP/2 SETTINGS: it is stuck or stopped,"
            + " speaks TLS, or is no gRPC server");

    private final String missing;

    Stage(String missing) {
      this.missing = missing;
    }
  }

  final UdsAddress address;
  private final boolean tls;
  private final int timeoutMillis;

  private Stage stage = Stage.THREAD;
  private Socket socket; // null while there is none
  private Thread connector; // that connects and shakes hands; null when it is not known
  private Status failure; // why this attempt was ended; null if it was not, or by the server
  private boolean aborted;
  private volatile boolean done; // it has its SETTINGS, or never will
  private final FirstBytes received = new FirstBytes(); // of the server; has a lock of its own

  ConnectAttempt(UdsAddress address, boolean tls, int timeoutMillis) {
    this.address = address;
    this.tls = tls;
    this.timeoutMillis = timeoutMillis;
  }

  int timeoutMillis() {
    return timeoutMillis;
  }

  FirstBytes received() {
    return received;
  }

  synchronized Stage stage() {
    return stage;
  }

  boolean isDone() {
    return done;
  }

  /**
   * The socket is about to be connected, by this thread.
   *
   * @return false if the attempt was ended meanwhile
   */
  synchronized boolean connecting(Socket opened) {
    stage = Stage.CONNECT;
    socket = opened;
    connector = Thread.currentThread();
    return !aborted;
  }

  synchronized void connected() {
    stage = tls ? Stage.TLS_HANDSHAKE : Stage.SETTINGS;
  }

  /**
   * A thread is about to read. It is another one than the one that has connected once there is
   * nothing to do but to wait for frames.
   */
  synchronized void reading() {
    if (stage == Stage.TLS_HANDSHAKE && Thread.currentThread() != connector) {
      stage = Stage.SETTINGS;
    }
  }

  /** The server has sent its SETTINGS. */
  synchronized void ready() {
    forget();
  }

  private void forget() {
    done = true;
    socket = null;
    connector = null;
  }

  /**
   * Ends the attempt if it is not done.
   *
   * @return why; null if it is done
   */
  Status timeOut() {
    Socket open;
    Status status;
    synchronized (this) {
      if (done) {
        return null;
      }
      if (failure == null) {
        failure =
            Status.UNAVAILABLE.withDescription(
                "Connect timed out after "
                    + timeoutMillis
                    + " ms: "
                    + address
                    + ": "
                    + stage.missing);
      }
      status = failure;
      open = endBy();
    }
    close(open);
    return status;
  }

  /** Ends the attempt if it is not done, for the channel wants it no more. */
  void abort() {
    Socket open;
    synchronized (this) {
      open = done ? null : endBy();
    }
    close(open);
  }

  /** Under the lock; what is to be closed outside of it. */
  private Socket endBy() {
    Socket open = socket;
    aborted = true;
    forget();
    return open;
  }

  private static void close(Socket open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      // It is closed all the same, and whoever waits for it wakes.
    }
  }

  /** What to tell of an attempt that has failed with a status of grpc-okhttp's; ends it. */
  Status explain(Status status) {
    Stage reached;
    synchronized (this) {
      if (failure != null) {
        return failure;
      }
      reached = stage;
    }
    abort();
    return new Diagnosis(address, tls, received).of(reached, status);
  }
}
