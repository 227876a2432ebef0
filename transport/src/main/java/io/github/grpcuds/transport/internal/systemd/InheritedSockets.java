package io.github.grpcuds.transport.internal.systemd;

import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.channel.InheritedSocket;
import java.io.IOException;
import java.net.SocketException;
import java.util.HashSet;
import java.util.Set;

/** Takes the sockets that this process was started with. */
public final class InheritedSockets {
  /** What was taken once is not looked at again: its number may be somebody else's by then. */
  private static final Set<Integer> taken = new HashSet<>(); // guarded by itself

  private InheritedSockets() {}

  /**
   * Takes a socket that was passed as sd_listen_fds(3) has it or, if none was and none is named,
   * standard input.
   *
   * @param name as FileDescriptorName= of systemd.socket(5) has it; null for the only socket
   * @throws IOException if there is none or not one alone, it was taken before, it is no Unix
   *     stream socket that listens, or no backend can take it, with the reason
   */
  public static InheritedSocket take(String name) throws IOException {
    ListenFds passed = ListenFds.of(System.getenv(), Backends::pid);
    if (passed.whyNone() != null && name == null) {
      return take(InheritedSocket.STDIN, "descriptor 0 (standard input)", passed.whyNone());
    }
    int fd = passed.choose(name);
    return take(fd, "descriptor " + fd + " (\"" + passed.name(fd) + "\")", null);
  }

  /**
   * @param whyNoOther set for standard input, which most often is no socket
   */
  private static InheritedSocket take(int fd, String shown, String whyNoOther) throws IOException {
    synchronized (taken) {
      if (taken.contains(fd)) {
        throw new SocketException(shown + " was taken by another server of this process");
      }
      InheritedSocket socket = Backends.inheriting(fd, shown).inherit(fd, shown);
      if (socket == null) {
        throw new SocketException(
            whyNoOther == null
                ? shown + " is no socket"
                : "no socket was passed to this process: "
                    + whyNoOther
                    + ", and standard input is no socket");
      }
      taken.add(fd);
      return socket;
    }
  }
}
