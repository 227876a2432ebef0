package io.github.grpcuds.server;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.ByteArrayOutputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** A socket that takes as much, in as many writes, as a test lets it. */
final class ScriptedChannel implements UdsChannel {
  /** Stands in the input for its end. */
  static final byte[] END = {};

  final ByteArrayOutputStream written = new ByteArrayOutputStream();
  final ArrayDeque<byte[]> input = new ArrayDeque<>();
  int room = Integer.MAX_VALUE; // bytes
  int wholeWrites = Integer.MAX_VALUE; // before room counts
  Runnable onWrite = () -> {};
  int chunksRead;
  volatile boolean closed;

  @Override
  public int read(byte[] target, int offset, int length) throws SocketException {
    requireOpen();
    byte[] next = input.poll();
    if (next == null) {
      return 0;
    }
    if (next == END) {
      return -1;
    }
    System.arraycopy(next, 0, target, offset, next.length);
    return next.length;
  }

  @Override
  public int write(byte[] source, int offset, int length) throws SocketException {
    requireOpen();
    Runnable hook = onWrite;
    onWrite = () -> {};
    hook.run();
    int count = wholeWrites-- > 0 ? length : Math.min(room, length);
    room -= wholeWrites >= 0 ? 0 : count;
    written.write(source, offset, count);
    return count;
  }

  @Override
  public int read(ByteBuffer target) throws SocketException {
    byte[] bytes = new byte[target.remaining()];
    int count = read(bytes, 0, bytes.length);
    target.put(bytes, 0, count);
    chunksRead++;
    return count;
  }

  @Override
  public int write(ByteBuffer source) throws SocketException {
    byte[] bytes = new byte[source.remaining()];
    source.duplicate().get(bytes);
    int count = write(bytes, 0, bytes.length);
    source.position(source.position() + count);
    return count;
  }

  private void requireOpen() throws SocketException {
    if (closed) {
      throw new SocketException("Socket closed");
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public boolean awaitReadable(long timeoutMillis) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean awaitWritable(long timeoutMillis) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void shutdownInput() {}

  @Override
  public void shutdownOutput() {}

  /** Large enough as it is. */
  @Override
  public int bufferSize(Buffer buffer) {
    return Integer.MAX_VALUE;
  }

  @Override
  public void setBufferSize(Buffer buffer, int bytes) {}

  @Override
  public PeerCredentials peerCredentials() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String backend() {
    return "fake";
  }
}
