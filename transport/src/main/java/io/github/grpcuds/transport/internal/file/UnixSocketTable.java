package io.github.grpcuds.transport.internal.file;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FilePaths;
import io.github.grpcuds.transport.internal.UserTypes;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * The Unix sockets of this network namespace by the path that they were bound to, as Linux lists
 * them in /proc/net/unix. Other systems list nothing, and other namespaces' sockets are not there.
 */
public final class UnixSocketTable {
  private static final Path TABLE = Paths.get("/proc/net/unix");

  /** Num, RefCount, Protocol, Flags, Type, St, Inode, Path. */
  private static final int COLUMNS = 8;

  private static final int FLAGS = 3;
  private static final int TYPE = 4;
  private static final int PATH = 7;

  private static final int ACCEPTS = 1 << 16; // __SO_ACCEPTCON of linux/net.h
  private static final int STREAM = 1; // SOCK_STREAM

  private UnixSocketTable() {}

  /** Whether a socket is listening at a path. */
  static boolean hasListener(UdsAddress address) {
    return has(address, line -> (number(line[FLAGS]) & ACCEPTS) != 0);
  }

  /** Whether a socket of another type than stream is bound to a path. */
  public static boolean hasOtherThanStream(UdsAddress address) {
    return has(address, line -> number(line[TYPE]) != STREAM);
  }

  private interface Test {
    boolean holds(String[] line);
  }

  private static boolean has(UdsAddress address, Test test) {
    String given = asListed(UserTypes.get().bytes(address));
    String absolute = asListed(FilePaths.absolute(address).toString().getBytes(UTF_8));
    try (BufferedReader lines = Files.newBufferedReader(TABLE, ISO_8859_1)) {
      String line;
      while ((line = lines.readLine()) != null) {
        String[] columns = line.split(" +", COLUMNS);
        boolean there =
            columns.length == COLUMNS
                && (columns[PATH].equals(given) || columns[PATH].equals(absolute));
        if (there && test.holds(columns)) {
          return true;
        }
      }
      return false;
    } catch (IOException | RuntimeException e) {
      return false; // no such table here
    }
  }

  private static String asListed(byte[] path) {
    return new String(path, ISO_8859_1);
  }

  private static int number(String hexadecimal) {
    return (int) Long.parseLong(hexadecimal, 16);
  }
}
