package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;
import jnr.constants.platform.Shutdown;
import jnr.unixsocket.UnixSocketChannel;

/** A listening socket over a descriptor that somebody else owns: jnr-unixsocket, most often. */
final class JnrListener extends Descriptor implements UdsListener {
  private final Libc libc;
  private final Closeable socket;
  final int fd;

  /** Both ends of a connection to nobody: closing wakes the poll where shutdown(2) does not. */
  private final UnixSocketChannel[] wakeUp;

  private final ByteBuffer acceptable; // what to wait for

  /**
   * Takes over a socket, which is non-blocking.
   *
   * @param socket closes the descriptor
   */
  JnrListener(Libc libc, int fd, Closeable socket) throws IOException {
    this.libc = libc;
    this.socket = socket;
    this.fd = fd;
    this.wakeUp = UnixSocketChannel.pair();
    libc.prepare(wakeUp[0].getFD());
    libc.prepare(wakeUp[1].getFD());
    this.acceptable = Libc.pollfds(Libc.POLLIN, fd, wakeUp[0].getFD());
  }

  @Override
  public UdsChannel accept() throws IOException {
    enter();
    try {
      int accepted = libc.accept(fd);
      if (accepted >= 0) {
        return adopt(accepted);
      }
      Errno errno = libc.errno();
      if (isClosed()) {
        throw ConnectFailure.closed();
      }
      if (isTransient(errno)) {
        return null;
      }
      throw new SocketException("accept: " + libc.describe(errno));
    } finally {
      leave();
    }
  }

  private static boolean isTransient(Errno errno) {
    return errno == Errno.EAGAIN
        || errno == Errno.EWOULDBLOCK
        || errno == Errno.EINTR
        || errno == Errno.ECONNABORTED;
  }

  private UdsChannel adopt(int accepted) throws IOException {
    boolean adopted = false;
    try {
      libc.prepare(accepted);
      JnrChannel channel = new JnrChannel(libc, accepted);
      adopted = true;
      return channel;
    } finally {
      if (!adopted) {
        libc.close(accepted);
      }
    }
  }

  @Override
  public boolean awaitAcceptable(long timeoutMillis) throws IOException {
    enter();
    try {
      boolean ready = libc.await(acceptable, timeoutMillis) > 0;
      if (isClosed()) {
        throw ConnectFailure.closed();
      }
      return ready;
    } finally {
      leave();
    }
  }

  @Override
  public Poller newPoller() throws IOException {
    return Platform.LINUX ? EpollPoller.open(libc) : PollPoller.open(libc);
  }

  @Override
  public String backend() {
    return JnrBackend.NAME;
  }

  @Override
  void wake() {
    libc.shutdown(wakeUp[1].getFD(), Shutdown.SHUT_RDWR);
  }

  @Override
  void release() throws IOException {
    try {
      socket.close();
    } finally {
      try {
        wakeUp[0].close();
      } finally {
        wakeUp[1].close();
      }
    }
  }
}
