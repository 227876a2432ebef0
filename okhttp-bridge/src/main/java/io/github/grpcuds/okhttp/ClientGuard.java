package io.github.grpcuds.okhttp;

import java.lang.reflect.AccessibleObject;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What protects a channel from faults of grpc-okhttp's client. A guard reaches members of
 * grpc-okhttp that are not public. Where a version of it does not have them, or reflection is
 * denied, the guard is missing, and the log says so once.
 */
enum ClientGuard {
  /** Calls that are cancelled do not count towards a limit that ends the connection. */
  CANCELLED_CALLS(
      OkHttpInternals.FRAME_HANDLER != null,
      OkHttpInternals.HANDLER_TRANSPORT,
      OkHttpInternals.TRANSPORT_WRITER,
      OkHttpInternals.WRITER_DELEGATE,
      OkHttpInternals.LIMITED_SINK,
      OkHttpInternals.SINK_LOCK,
      OkHttpInternals.SINK_EXCEEDED),

  /** Frames of the server are looked at before grpc-okhttp acts on them, and are bounded. */
  INBOUND_FRAMES(OkHttpInternals.connectionsAreReached()),

  /** A call that was under way when its connection was lost is not made again unasked. */
  LOST_CALLS(OkHttpInternals.connectionsAreReached()),

  /** Small messages that wait for their reader take the memory that their bytes take. */
  SMALL_MESSAGES(
      OkHttpInternals.connectionsAreReached(),
      OkHttpInternals.STREAM_STATE,
      OkHttpInternals.STATE_DEFRAMER,
      OkHttpInternals.DEFRAMER_INPUT),

  /** A call that the server has reset ends when it is cancelled or its deadline passes. */
  RESET_CALLS(
      PlainTransports.work(),
      OkHttpInternals.STREAM_STATE,
      OkHttpInternals.STATE_LOCK,
      OkHttpInternals.STATE_REPORT),

  /** An attempt to connect ends in time, whatever the server does not do, and says what that is. */
  CONNECT_TIME(PlainTransports.work()),

  /** A call that sends one message does so in one write. */
  ONE_WRITE(PlainTransports.work());

  private static final Logger logger = Logger.getLogger(ClientGuard.class.getName());
  private static final Set<ClientGuard> MISSING = EnumSet.noneOf(ClientGuard.class);

  static {
    for (ClientGuard guard : values()) {
      if (!guard.isThere) {
        MISSING.add(guard);
      }
    }
    if (!MISSING.isEmpty()) {
      logger.log(
          Level.WARNING,
          "grpc-okhttp differs from the versions that this client knows: it works, but without {0}",
          MISSING);
    }
  }

  private final boolean isThere;

  ClientGuard(boolean possible, AccessibleObject... members) {
    isThere = possible && OkHttpInternals.areThere(members);
  }

  boolean isThere() {
    return isThere;
  }

  /** Those that do not protect any channel of this process. */
  static Set<ClientGuard> missing() {
    return Collections.unmodifiableSet(MISSING);
  }
}
