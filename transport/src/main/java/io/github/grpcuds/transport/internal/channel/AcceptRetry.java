package io.github.grpcuds.transport.internal.channel;

import io.github.grpcuds.transport.UdsAddress;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Accepts in spite of passing shortages.
 *
 * <p>accept(2) fails when the process or the system is out of descriptors or memory. Callers,
 * gRPC's server among them, take an exception for the end of the socket, so this waits, longer each
 * time up to a second, and tries again until the socket is closed. The connection meanwhile stays
 * in the backlog. The log tells of it once in ten seconds.
 *
 * <p>Whoever waits by other means, a poller's loop, asks {@link #failed} how long. One thread uses
 * it at a time; {@link #cancel} is for any thread.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class AcceptRetry {
  private static final Logger logger = Logger.getLogger(AcceptRetry.class.getName());
  private static final long FIRST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 1000;
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  static {
    loadLogging();
  }

  private final Pause pause = new Pause();
  private long pauseMillis = FIRST_PAUSE_MILLIS; // one acceptor at a time
  private long lastLog = System.nanoTime() - LOG_NANOS;

  /** Makes ready to log a shortage, which takes descriptors the first time. */
  public AcceptRetry() {}

  /** A connection, or null if none is waiting or a shortage kept it from being accepted. */
  public UdsChannel accept(UdsListener listener, UdsAddress address) throws IOException {
    try {
      UdsChannel accepted = listener.accept();
      accepted();
      return accepted;
    } catch (IOException e) {
      pause.check();
      pause.sleep(TimeUnit.MILLISECONDS.toNanos(failed(address, e)));
      return null;
    }
  }

  /** Notes that accept worked: the next pause is a short one again. */
  public void accepted() {
    pauseMillis = FIRST_PAUSE_MILLIS;
  }

  /**
   * Notes, and now and then logs, that accept failed on an open listener.
   *
   * @return how many milliseconds to wait before the next try, 10 to 1000
   */
  public long failed(UdsAddress address, IOException e) {
    log(address, e);
    long millis = pauseMillis;
    pauseMillis = Math.min(2 * millis, LONGEST_PAUSE_MILLIS);
    return millis;
  }

  /**
   * Lets the JDK's logging open the files it needs (its configuration, the time zones) while there
   * are descriptors. Later it fails, and the class that could not read its file is lost for good.
   */
  private static void loadLogging() {
    Logger.getLogger("").getHandlers();
    new SimpleFormatter().format(new LogRecord(Level.FINE, ""));
  }

  private void log(UdsAddress address, IOException e) {
    long now = System.nanoTime();
    if (now - lastLog < LOG_NANOS) {
      return;
    }
    lastLog = now;
    String message =
        "Cannot accept connections on " + address + ", will go on trying: " + e.getMessage();
    try {
      logger.log(Level.WARNING, message);
    } catch (RuntimeException | Error shortage) {
      // A handler may be in want of what accept is: that must not end the server as well.
      lastLog = now - LOG_NANOS;
    }
  }

  /** Ends the pause, from any thread; the socket is being closed. */
  public void cancel() {
    pause.cancel();
  }
}
