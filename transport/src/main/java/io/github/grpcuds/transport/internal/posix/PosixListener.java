package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A listening socket over a descriptor that somebody else may own. */
final class PosixListener extends PosixDescriptor implements UdsListener {
  private final Closeable socket;

  /** Both ends of a connection to nobody: closing wakes the poll where shutdown(2) does not. */
  private final int[] wakeUp;

  private final ByteBuffer acceptable; // what to wait for

  /**
   * Takes over a socket, which is non-blocking.
   *
   * @param socket closes the descriptor
   */
  PosixListener(Libc libc, int fd, Closeable socket) throws IOException {
    super(libc, fd);
    this.socket = socket;
    this.wakeUp = libc.pair();
    this.acceptable = Libc.pollfds(Libc.POLLIN, fd, wakeUp[0]);
  }

  @Override
  public UdsChannel accept() throws IOException {
    enter();
    try {
      int accepted = libc.accept(fd);
      if (accepted >= 0) {
        return adopt(accepted);
      }
      if (isClosed()) {
        throw ConnectFailure.closed();
      }
      if (isTransient(accepted)) {
        return null;
      }
      throw new SocketException("accept: " + libc.describe(accepted));
    } finally {
      leave();
    }
  }

  private static boolean isTransient(int result) {
    return Errno.EAGAIN.meantBy(result)
        || Errno.EINTR.meantBy(result)
        || Errno.ECONNABORTED.meantBy(result);
  }

  private UdsChannel adopt(int accepted) throws IOException {
    boolean adopted = false;
    try {
      PosixChannel channel = new PosixChannel(libc, accepted);
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
    return await(acceptable, timeoutMillis);
  }

  @Override
  public Poller newPoller() throws IOException {
    return Platform.LINUX ? EpollPoller.open(libc) : PollPoller.open(libc);
  }

  @Override
  public String backend() {
    return libc.backend();
  }

  @Override
  public void wake() {
    libc.shutdown(wakeUp[1], Constant.SHUT_RDWR);
  }

  @Override
  public void release() throws IOException {
    try {
      socket.close();
    } finally {
      libc.close(wakeUp[0]);
      libc.close(wakeUp[1]);
    }
  }
}
