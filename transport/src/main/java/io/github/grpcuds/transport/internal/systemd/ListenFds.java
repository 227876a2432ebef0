package io.github.grpcuds.transport.internal.systemd;

import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The sockets that the process was started with, by the environment of <a
 * href="https://man7.org/linux/man-pages/man3/sd_listen_fds.3.html">sd_listen_fds(3)</a>.
 */
public final class ListenFds {
  /** SD_LISTEN_FDS_START. */
  static final int FIRST = 3;

  /** What takes the place of a name where LISTEN_FDNAMES is not set. */
  private static final String UNNAMED = "unknown";

  private final List<String> names;
  private final String whyNone; // null if there are some

  private ListenFds(List<String> names, String whyNone) {
    this.names = names;
    this.whyNone = whyNone;
  }

  /** Learns the id of this process, if it matters. */
  interface Pid {
    long get() throws IOException;
  }

  /**
   * Reads the environment. Sockets that are meant for another process count as none: a shell that
   * starts this one without exec leaves its own variables behind.
   *
   * @throws IOException if a variable makes no sense
   */
  public static ListenFds of(Map<String, String> environment, Pid pid) throws IOException {
    String count = environment.get("LISTEN_FDS");
    if (count == null) {
      return new ListenFds(Collections.<String>emptyList(), "LISTEN_FDS is not set");
    }
    String owner = environment.get("LISTEN_PID");
    if (owner == null) {
      return new ListenFds(Collections.<String>emptyList(), "LISTEN_PID is not set");
    }
    long own = pid.get();
    if (number("LISTEN_PID", owner) != own) {
      return new ListenFds(
          Collections.<String>emptyList(),
          "LISTEN_PID is " + owner + ", but this process is " + own + " (a shell has to exec it)");
    }
    int sockets = number("LISTEN_FDS", count);
    return sockets == 0
        ? new ListenFds(Collections.<String>emptyList(), "LISTEN_FDS is 0")
        : new ListenFds(names(environment.get("LISTEN_FDNAMES"), sockets), null);
  }

  private static int number(String variable, String value) throws IOException {
    try {
      int number = Integer.parseInt(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // as if negative
    }
    throw new SocketException(variable + " is no number of its kind: \"" + value + "\"");
  }

  private static List<String> names(String value, int sockets) throws IOException {
    if (value == null) {
      return Collections.nCopies(sockets, UNNAMED);
    }
    List<String> names = Arrays.asList(value.split(":", -1));
    if (names.size() != sockets) {
      throw new SocketException(
          "LISTEN_FDS is " + sockets + ", but LISTEN_FDNAMES has " + names.size() + ": " + names);
    }
    return names;
  }

  /** Why there are none, to end a sentence; null if there are some. */
  public String whyNone() {
    return whyNone;
  }

  /** The name of a descriptor. */
  public String name(int fd) {
    return names.get(fd - FIRST);
  }

  /**
   * The descriptor of a socket.
   *
   * @param name null for the only one
   * @throws IOException if it is none, or not one alone
   */
  public int choose(String name) throws IOException {
    if (whyNone != null) {
      throw new SocketException("no socket was passed to this process: " + whyNone);
    }
    List<Integer> fitting = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      if (name == null || names.get(i).equals(name)) {
        fitting.add(FIRST + i);
      }
    }
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    if (name == null) {
      throw new SocketException(
          names.size() + " sockets were passed, so say which by its name: one of " + names);
    }
    throw new SocketException(
        fitting.isEmpty()
            ? "no socket named \"" + name + "\" was passed, but " + names
            : fitting.size()
                + " sockets named \""
                + name
                + "\" were passed, among "
                + names
                + ": each needs a FileDescriptorName= of its own");
  }
}
