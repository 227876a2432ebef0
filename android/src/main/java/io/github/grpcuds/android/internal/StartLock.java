package io.github.grpcuds.android.internal;

import android.system.ErrnoException;
import android.system.Os;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Excludes other starting servers of this library, in this process and others of the app, from one
 * socket path.
 *
 * <p>A locked file beside the socket does it, {@code .NAME.lock}. It is there only while a server
 * starts; one that a crash left behind is not locked and does no harm. Because whoever is done
 * deletes the file, a lock counts only if the file is still the one at that path afterwards. Where
 * there is no such lock to be had, the start goes on without.
 */
final class StartLock implements Closeable {
  private static final Logger logger = Logger.getLogger(StartLock.class.getName());

  /** File locks exclude processes, not threads; starts are rare enough for one lock. */
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int OWNER_READ_WRITE = 0600;

  private final String file;
  private final RandomAccessFile locked; // null if there is no lock but that in this process

  private StartLock(String file, RandomAccessFile locked) {
    this.file = file;
    this.locked = locked;
  }

  static StartLock acquire(String socket) {
    File path = new File(socket);
    String file = new File(path.getParentFile(), "." + path.getName() + ".lock").getPath();
    StartLock lock = null;
    IN_THIS_PROCESS.lock();
    try {
      lock = new StartLock(file, lockedOrNull(file));
      return lock;
    } finally {
      if (lock == null) {
        IN_THIS_PROCESS.unlock();
      }
    }
  }

  private static RandomAccessFile lockedOrNull(String file) {
    boolean interrupted = Thread.interrupted(); // it would close the file
    try {
      long start = System.nanoTime();
      while (System.nanoTime() - start < PATIENCE_NANOS) {
        RandomAccessFile locked = tryAcquire(file);
        if (locked != null) {
          return locked;
        }
        interrupted |= pause();
      }
      logger.log(Level.FINE, "Starting a server without the lock {0}: it is not let go of", file);
      return null;
    } catch (ErrnoException | IOException | RuntimeException e) {
      logger.log(Level.FINE, "Starting a server without the lock " + file, e);
      return null;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(5);
      return Thread.interrupted();
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** Null if another process has the lock, or had it and deleted the file that we opened. */
  private static RandomAccessFile tryAcquire(String file) throws ErrnoException, IOException {
    RandomAccessFile opened = new RandomAccessFile(file, "rw");
    boolean acquired = false;
    try {
      Os.fchmod(opened.getFD(), OWNER_READ_WRITE);
      FileLock lock = opened.getChannel().tryLock();
      FileIdentity identity = FileIdentity.of(Os.fstat(opened.getFD()));
      acquired = lock != null && identity.equals(FileIdentity.at(file));
      return acquired ? opened : null;
    } catch (OverlappingFileLockException e) {
      return null; // another class loader's copy of this library has it
    } finally {
      if (!acquired) {
        opened.close();
      }
    }
  }

  @Override
  public void close() {
    try {
      if (locked != null) {
        Os.remove(file);
        locked.close();
      }
    } catch (ErrnoException | IOException e) {
      logger.log(Level.FINE, "Cannot delete " + file, e);
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }
}
