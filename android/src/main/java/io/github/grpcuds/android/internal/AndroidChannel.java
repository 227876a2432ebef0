package io.github.grpcuds.android.internal;

import android.net.Credentials;
import android.net.LocalSocket;
import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.internal.PeerNames;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;

/**
 * A connection of a {@link LocalSocket}, whose descriptor is read and written without its streams:
 * they block. The descriptor is in blocking mode, which {@code Os} cannot change before API level
 * 30, so each call says that it is not to wait.
 */
final class AndroidChannel extends AndroidDescriptor implements UdsChannel {
  /** Of Linux (socket.h); OsConstants has no name for it. */
  private static final int MSG_DONTWAIT = 0x40;

  private static final int MOST_COPIED = 64 * 1024;

  /** Apps have numbers. */
  private static final PeerNames NO_NAMES =
      new PeerNames() {
        @Override
        public String user(int uid) {
          return null;
        }

        @Override
        public String group(int gid) {
          return null;
        }
      };

  private final LocalSocket socket;

  /** Takes over a socket, which is connected. */
  AndroidChannel(LocalSocket socket) {
    super(socket.getFileDescriptor());
    this.socket = socket;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    enter();
    try {
      int count = Os.recvfrom(fd, target, offset, length, MSG_DONTWAIT, null);
      return count == 0 && length > 0 ? -1 : count;
    } catch (ErrnoException e) {
      return retryOrThrow(e);
    } finally {
      leave();
    }
  }

  /** The position is set here: before API level 23 Os left it alone. */
  @Override
  public int read(ByteBuffer target) throws IOException {
    enter();
    try {
      int position = target.position();
      int length = target.remaining();
      int count = Os.recvfrom(fd, target, MSG_DONTWAIT, null);
      target.position(position + count);
      return count == 0 && length > 0 ? -1 : count;
    } catch (ErrnoException e) {
      return retryOrThrow(e);
    } finally {
      leave();
    }
  }

  @Override
  public int write(byte[] source, int offset, int length) throws IOException {
    enter();
    try {
      return Os.sendto(fd, source, offset, length, MSG_DONTWAIT, null, 0);
    } catch (ErrnoException e) {
      return retryOrThrow(e);
    } finally {
      leave();
    }
  }

  /**
   * By way of an array: what sends a buffer is taken for the network's, which an app's main thread
   * may not use, whatever it sends to.
   */
  @Override
  public int write(ByteBuffer source) throws IOException {
    byte[] bytes = new byte[Math.min(source.remaining(), MOST_COPIED)];
    source.duplicate().get(bytes);
    int count = write(bytes, 0, bytes.length);
    source.position(source.position() + count);
    return count;
  }

  /** After a failed call: 0 if it only has to be made again, else the error. */
  private int retryOrThrow(ErrnoException e) throws SocketException {
    if (SystemCalls.wouldBlock(e)) {
      return 0;
    }
    throw isClosed() ? ConnectFailure.closed() : new SocketException(SystemCalls.describe(e));
  }

  @Override
  public boolean awaitReadable(long timeoutMillis) throws IOException {
    return await(OsConstants.POLLIN, timeoutMillis);
  }

  @Override
  public boolean awaitWritable(long timeoutMillis) throws IOException {
    return await(OsConstants.POLLOUT, timeoutMillis);
  }

  @Override
  public void shutdownInput() throws IOException {
    shutdownOpen(OsConstants.SHUT_RD);
  }

  @Override
  public void shutdownOutput() throws IOException {
    shutdownOpen(OsConstants.SHUT_WR);
  }

  private void shutdownOpen(int how) throws IOException {
    enter();
    try {
      shutdown(how);
    } finally {
      leave();
    }
  }

  @Override
  public int bufferSize(Buffer buffer) throws IOException {
    enter();
    try {
      return buffer == Buffer.SEND ? socket.getSendBufferSize() : socket.getReceiveBufferSize();
    } finally {
      leave();
    }
  }

  @Override
  public void setBufferSize(Buffer buffer, int bytes) throws IOException {
    enter();
    try {
      if (buffer == Buffer.SEND) {
        socket.setSendBufferSize(bytes);
      } else {
        socket.setReceiveBufferSize(bytes);
      }
    } finally {
      leave();
    }
  }

  @Override
  public PeerCredentials peerCredentials() throws IOException {
    enter();
    try {
      Credentials peer = socket.getPeerCredentials();
      // A peer in a pid name space that this one cannot see into has pid 0: not known.
      Integer pid = peer.getPid() == 0 ? null : peer.getPid();
      return UserTypes.get().ofIds(pid, peer.getUid(), peer.getGid(), null, NO_NAMES);
    } finally {
      leave();
    }
  }

  @Override
  public String backend() {
    return AndroidBackend.NAME;
  }

  @Override
  public void release() throws IOException {
    socket.close();
  }
}
