package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.internal.channel.Pause;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps a live server's socket file from looking old to whoever cleans up old files, where it
 * cannot be told from a dead one by the path that it was bound to: gives it a new time every hour.
 */
final class FileRefresher implements Closeable, Runnable {
  private static final Logger logger = Logger.getLogger(FileRefresher.class.getName());
  private static final long PERIOD_NANOS = TimeUnit.HOURS.toNanos(1);

  private final Path path;
  private final Object fileKey;
  private final long periodNanos;
  private final Pause pause = new Pause();

  private FileRefresher(Path path, Object fileKey, long periodNanos) {
    this.path = path;
    this.fileKey = fileKey;
    this.periodNanos = periodNanos;
  }

  /**
   * @param fileKey of the file, which alone is refreshed
   */
  static FileRefresher start(Path path, Object fileKey) {
    return start(path, fileKey, PERIOD_NANOS);
  }

  static FileRefresher start(Path path, Object fileKey, long periodNanos) {
    FileRefresher refresher = new FileRefresher(path, fileKey, periodNanos);
    Thread thread = new Thread(refresher, "grpc-uds-refresh " + path);
    thread.setDaemon(true);
    thread.start();
    return refresher;
  }

  @Override
  public void run() {
    try {
      while (true) {
        pause.sleep(periodNanos);
        refresh();
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void refresh() {
    try {
      if (fileKey.equals(ExistingSocket.fileKey(path))) {
        // Not by Files, which has to open the file on Java 8, and no socket can be opened.
        path.toFile().setLastModified(System.currentTimeMillis());
      }
    } catch (IOException | RuntimeException e) {
      logger.log(Level.FINE, "Cannot refresh " + path + ": " + e);
    }
  }

  @Override
  public void close() {
    pause.cancel();
  }
}
