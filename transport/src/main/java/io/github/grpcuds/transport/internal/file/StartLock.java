package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.internal.Platform;
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

/**
 * Excludes other starting servers of this library, in this process and others, from one socket
 * path.
 *
 * <p>A locked file beside the socket does it, {@code .NAME.lock}. It is there only while a server
 * starts; one that a crash left behind is not locked and does no harm. Because whoever is done
 * deletes the file, a lock counts only if the file is still the one at that path afterwards.
 */
final class StartLock implements Closeable {
  /** File locks exclude processes, not threads; starts and stops are rare enough for one lock. */
  private static final ReentrantLock IN_THIS_PROCESS = new ReentrantLock();

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final Set<OpenOption> CREATE =
      new HashSet<>(
          Arrays.asList(
              StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));

  /** Opening what is out of reach gives the right exception. */
  private static final Set<SocketFileState> LOCKABLE =
      EnumSet.of(
          SocketFileState.MISSING, SocketFileState.REGULAR_FILE, SocketFileState.UNREACHABLE);

  private final Path file;
  private final FileChannel channel;

  private StartLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Waits for the lock; an interrupt does not end the wait, and the flag is kept. */
  static StartLock acquire(Path socket) throws IOException {
    Path file = socket.resolveSibling("." + socket.getFileName() + ".lock");
    boolean acquired = false;
    boolean interrupted = Thread.interrupted(); // it would close the file
    IN_THIS_PROCESS.lock();
    try {
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      FileChannel channel;
      while ((channel = tryAcquire(file)) == null) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException(
              "cannot start a server at " + socket + ": another process holds " + file);
        }
        interrupted |= pause();
      }
      acquired = true;
      return new StartLock(file, channel);
    } finally {
      if (!acquired) {
        IN_THIS_PROCESS.unlock();
      }
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

  /** Null if another process has the lock, or had it and deleted the file that we opened. */
  private static FileChannel tryAcquire(Path file) throws IOException {
    FileChannel channel = open(file);
    boolean acquired = false;
    try {
      FileLock lock = channel.tryLock();
      acquired = lock != null && isStillThere(file, channel);
      return acquired ? channel : null;
    } catch (ClosedByInterruptException e) {
      return null;
    } catch (OverlappingFileLockException e) {
      return null; // another class loader's copy of this library has it
    } finally {
      if (!acquired) {
        channel.close();
      }
    }
  }

  private static FileChannel open(Path file) throws IOException {
    SocketFileState state = SocketFileState.of(file, LinkOption.NOFOLLOW_LINKS);
    if (!LOCKABLE.contains(state)) {
      // Opening a pipe would wait for its reader; a link or a folder nobody of ours has made.
      throw new IOException("cannot lock " + file + ": it is " + state.description());
    }
    if (Platform.WINDOWS) {
      return FileChannel.open(file, CREATE);
    }
    return FileChannel.open(
        file,
        CREATE,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /**
   * Java cannot ask an open file for its inode, and to open it again would give the lock away
   * (fcntl(2)): so the locked file gets a size by chance, and the file at the path has to have it.
   */
  private static boolean isStillThere(Path file, FileChannel channel) throws IOException {
    long position = 1 + ThreadLocalRandom.current().nextLong(1L << 30);
    channel.write(ByteBuffer.wrap(new byte[1]), position);
    try {
      return Files.size(file) == position + 1;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Files.deleteIfExists(file);
      channel.close();
    } finally {
      IN_THIS_PROCESS.unlock();
    }
  }
}
