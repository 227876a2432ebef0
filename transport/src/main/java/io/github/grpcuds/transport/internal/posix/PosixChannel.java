package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.DirectBuffers;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A connection over a descriptor of its own. */
public final class PosixChannel extends PosixDescriptor implements UdsChannel {
  // What to wait for; null as long as nobody has.
  private volatile ByteBuffer readable;
  private volatile ByteBuffer writable;

  /** Takes over a descriptor, which is connected and non-blocking. */
  PosixChannel(Libc libc, int fd) {
    super(libc, fd);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    ByteBuffer buffer = DirectBuffers.take(length);
    try {
      int count = read(buffer);
      if (count > 0) {
        buffer.flip();
        buffer.get(target, offset, count);
      }
      return count;
    } finally {
      DirectBuffers.give(buffer);
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    enter();
    try {
      int count = libc.recv(fd, target);
      if (count < 0) {
        return wouldBlock(count);
      }
      target.position(target.position() + count);
      return count == 0 ? -1 : count;
    } finally {
      leave();
    }
  }

  @Override
  public int write(byte[] source, int offset, int length) throws IOException {
    ByteBuffer buffer = DirectBuffers.take(length);
    try {
      buffer.put(source, offset, buffer.limit()).flip();
      return write(buffer);
    } finally {
      DirectBuffers.give(buffer);
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    enter();
    try {
      int count = libc.send(fd, source);
      if (count < 0) {
        return wouldBlock(count);
      }
      source.position(source.position() + count);
      return count;
    } finally {
      leave();
    }
  }

  /** After a failed call: 0 if it only has to be made again, else the error. */
  private int wouldBlock(int result) throws IOException {
    if (Errno.EAGAIN.meantBy(result) || Errno.EINTR.meantBy(result)) {
      return 0;
    }
    throw isClosed() ? ConnectFailure.closed() : new SocketException(libc.describe(result));
  }

  @Override
  public boolean awaitReadable(long timeoutMillis) throws IOException {
    ByteBuffer pollfd = readable;
    if (pollfd == null) {
      pollfd = Libc.pollfds(Libc.POLLIN, fd);
      readable = pollfd;
    }
    return await(pollfd, timeoutMillis);
  }

  @Override
  public boolean awaitWritable(long timeoutMillis) throws IOException {
    ByteBuffer pollfd = writable;
    if (pollfd == null) {
      pollfd = Libc.pollfds(Libc.POLLOUT, fd);
      writable = pollfd;
    }
    return await(pollfd, timeoutMillis);
  }

  @Override
  public void shutdownInput() throws IOException {
    shutdown(Constant.SHUT_RD);
  }

  @Override
  public void shutdownOutput() throws IOException {
    shutdown(Constant.SHUT_WR);
  }

  private void shutdown(Constant how) throws IOException {
    enter();
    try {
      libc.shutdown(fd, how); // ENOTCONN, its one error, says that the peer was first
    } finally {
      leave();
    }
  }

  @Override
  public int bufferSize(Buffer buffer) throws IOException {
    enter();
    try {
      return libc.intOption(fd, option(buffer));
    } finally {
      leave();
    }
  }

  @Override
  public void setBufferSize(Buffer buffer, int bytes) throws IOException {
    enter();
    try {
      libc.setIntOption(fd, option(buffer), bytes);
    } finally {
      leave();
    }
  }

  private static Constant option(Buffer buffer) {
    return buffer == Buffer.SEND ? Constant.SO_SNDBUF : Constant.SO_RCVBUF;
  }

  @Override
  public PeerCredentials peerCredentials() throws IOException {
    enter();
    try {
      return new Peers(libc).credentials(fd);
    } finally {
      leave();
    }
  }

  @Override
  public String backend() {
    return libc.backend();
  }

  /** A poll sees the hang-up that shutdown(2) makes, and a write fails. */
  @Override
  public void wake() {
    libc.shutdown(fd, Constant.SHUT_RDWR);
  }

  @Override
  public void release() {
    libc.close(fd);
  }
}
