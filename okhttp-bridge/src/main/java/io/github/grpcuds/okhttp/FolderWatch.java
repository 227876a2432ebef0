package io.github.grpcuds.okhttp;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Hears of files that come and go in folders, by a thread of its own. The kernel tells, as Linux
 * and Windows do; where the JDK would look every few seconds there is none.
 *
 * <p>Safe for use by any thread; {@code keys} guards itself.
 */
final class FolderWatch implements Closeable {
  /** What comes in this time is told at once: a busy folder does not keep a processor busy. */
  private static final long PAUSE_NANOS = 5_000_000;

  private static final String SLOW = "PollingWatchService";

  /** Is told what has changed. */
  interface Listener {
    /**
     * Something came or went.
     *
     * @param name in the folder; null if it may be anything, or the folder itself
     */
    void changed(File folder, String name);
  }

  private final WatchService service;
  private final Listener listener;
  private final Map<File, WatchKey> keys = new HashMap<>();

  private FolderWatch(WatchService service, Listener listener) {
    this.service = service;
    this.listener = listener;
    Thread thread = new Thread(new Loop(), "grpc-uds-folder-watch");
    thread.setDaemon(true);
    thread.setContextClassLoader(FolderWatch.class.getClassLoader());
    thread.start();
  }

  /** Null if this platform cannot, or has nothing left to do it with (inotify(7), instances). */
  static FolderWatch open(Listener listener) {
    try {
      WatchService service = FileSystems.getDefault().newWatchService();
      if (!service.getClass().getSimpleName().equals(SLOW)) {
        return new FolderWatch(service, listener);
      }
      service.close();
    } catch (IOException | RuntimeException | LinkageError e) {
      // Then whoever waits looks by himself.
    }
    return null;
  }

  /**
   * Watches what is at this path now, which may be another folder than before.
   *
   * @return false if the folder is not there, or this user may not read it
   */
  boolean add(File folder) {
    synchronized (keys) {
      WatchKey old = keys.remove(folder);
      try {
        WatchKey key =
            folder
                .toPath()
                .register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_DELETE);
        keys.put(folder, key);
        if (old != null && !old.equals(key)) {
          old.cancel();
        }
        return true;
      } catch (IOException | RuntimeException e) {
        return false; // and an old key hears what happens to a folder that is not this one
      }
    }
  }

  /** Forgets all other folders. */
  void retain(Set<File> folders) {
    synchronized (keys) {
      Iterator<Map.Entry<File, WatchKey>> all = keys.entrySet().iterator();
      while (all.hasNext()) {
        Map.Entry<File, WatchKey> entry = all.next();
        if (!folders.contains(entry.getKey())) {
          entry.getValue().cancel();
          all.remove();
        }
      }
    }
  }

  private final class Loop implements Runnable {
    @Override
    public void run() {
      try {
        while (true) {
          tell(service.take());
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      } catch (ClosedWatchServiceException e) {
        // As it ends.
      } catch (InterruptedException e) {
        close();
      }
    }
  }

  private void tell(WatchKey key) {
    File folder = ((Path) key.watchable()).toFile();
    for (WatchEvent<?> event : key.pollEvents()) {
      Object name = event.context(); // null for an overflow
      listener.changed(folder, name == null ? null : name.toString());
    }
    if (!key.reset()) { // the folder is gone
      synchronized (keys) {
        keys.remove(folder, key);
      }
      listener.changed(folder, null);
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }
}
