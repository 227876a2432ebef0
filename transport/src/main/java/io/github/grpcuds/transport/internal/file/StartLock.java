package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.peer.OwnUser;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Excludes other starting servers of this library, in this process and others, from one socket
 * path.
 *
 * <p>A locked file beside the socket does it, {@code .NAME.lock}. It is there only while a server
 * starts; one that a crash left behind is not locked and does no harm. Because whoever is done
 * deletes the file, a lock counts only if the file is still the one at that path afterwards.
 *
 * <p>A start does not depend on it. Where there is no such lock to be had (no locks or no room in
 * the file system, another user's file in its place, a holder that does not go on), it goes on
 * without: then two servers that start at the same instant over a dead socket may both replace it.
 */
final class StartLock implements Closeable {
  private static final Logger logger = Logger.getLogger(StartLock.class.getName());

  /** File locks exclude processes, not threads; starts and stops are rare enough for one lock. */
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long SIZES = 1 << 20;

  private static final Set<OpenOption> CREATE =
      new HashSet<>(
          Arrays.asList(
              StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));

  /** Opening a pipe would wait for its reader; a link or a folder nobody of ours has made. */
  private static final Set<SocketFileState> LOCKABLE =
      EnumSet.of(SocketFileState.MISSING, SocketFileState.REGULAR_FILE);

  private final Path file;
  private final FileChannel channel; // null if there is no lock but that in this process

  private StartLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Waits for the lock; an interrupt does not end the wait, and the flag is kept. */
  static StartLock acquire(Path socket) {
    return acquire(socket, PATIENCE_NANOS);
  }

  static StartLock acquire(Path socket, long patienceNanos) {
    Path file = socket.resolveSibling("." + socket.getFileName() + ".lock");
    StartLock lock = null;
    boolean interrupted = Thread.interrupted(); // it would close the file
    IN_THIS_PROCESS.lock();
    try {
      lock = new StartLock(file, lockedOrNull(file, patienceNanos));
      return lock;
    } finally {
      if (lock == null) {
        IN_THIS_PROCESS.unlock();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static FileChannel lockedOrNull(Path file, long patienceNanos) {
    boolean interrupted = false;
    try {
      long deadline = System.nanoTime() + patienceNanos;
      FileChannel channel;
      while ((channel = tryAcquire(file)) == null) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("another process holds it and does not go on");
        }
        interrupted |= pause();
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      logger.log(Level.FINE, "Starting a server without the lock {0}: {1}", new Object[] {file, e});
      return null;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(PAUSE_NANOS);
      return Thread.interrupted();
    } catch (InterruptedException e) {
      return true;
    }
  }

  /**
   * Null if another process has the lock, or had it and deleted the file that we opened.
   *
   * @throws IOException if there is no lock to be had
   */
  private static FileChannel tryAcquire(Path file) throws IOException {
    FileChannel channel = open(file);
    boolean acquired = false;
    try {
      FileLock lock = channel.tryLock();
      acquired = lock != null && isStillThere(file, channel);
      return acquired ? channel : null;
    } catch (ClosedByInterruptException | NoSuchFileException e) {
      return null;
    } catch (OverlappingFileLockException e) {
      return null; // another class loader's copy of this library has it
    } catch (IOException e) {
      delete(file); // it may be we who made it, and what it is for it cannot do
      throw e;
    } finally {
      if (!acquired) {
        channel.close();
      }
    }
  }

  private static FileChannel open(Path file) throws IOException {
    SocketFileState state = SocketFileState.of(file, LinkOption.NOFOLLOW_LINKS);
    if (!LOCKABLE.contains(state)) {
      throw new IOException("it is " + state.description());
    }
    if (state == SocketFileState.REGULAR_FILE && isAnothers(file)) {
      throw new IOException("it belongs to another user");
    }
    if (Platform.WINDOWS) {
      return FileChannel.open(file, CREATE);
    }
    return FileChannel.open(
        file,
        CREATE,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** Who could keep it locked for as long as he likes. */
  private static boolean isAnothers(Path file) throws IOException {
    Integer own = OwnUser.get().uid;
    try {
      return own != null
          && !own.equals(Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Java cannot ask an open file for its inode, and to open it again would give the lock away
   * (fcntl(2)): so the locked file gets a size by chance, and the file at the path has to have it.
   */
  private static boolean isStillThere(Path file, FileChannel channel) throws IOException {
    long position = ThreadLocalRandom.current().nextLong(1, SIZES);
    channel.write(ByteBuffer.wrap(new byte[1]), position);
    return Files.size(file) == position + 1;
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      logger.log(Level.FINE, "Cannot delete " + file + ": " + e);
    }
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        delete(file);
        channel.close();
      }
    } catch (IOException e) {
      logger.log(Level.FINE, "Cannot close " + file + ": " + e);
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }
}
