package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** A connection over the JDK's Unix domain channel, always in non-blocking mode. */
final class JdkChannel implements UdsChannel {
  /**
   * Bytes per call: the JDK copies all it is given into native memory that the thread then keeps.
   */
  private static final int MAX_TRANSFER = 128 * 1024;

  final SocketChannel channel;
  private final SelectorWait reader;
  private final SelectorWait writer;

  /** Takes over the channel, which is connected and non-blocking. */
  JdkChannel(SocketChannel channel) {
    this.channel = channel;
    this.reader = new SelectorWait(channel, SelectionKey.OP_READ);
    this.writer = new SelectorWait(channel, SelectionKey.OP_WRITE);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return read(ByteBuffer.wrap(target, offset, Math.min(length, MAX_TRANSFER)));
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    try {
      return channel.read(target);
    } catch (ClosedChannelException e) {
      throw ConnectFailure.closed();
    } catch (IOException e) {
      throw openOr(e);
    }
  }

  @Override
  public int write(byte[] source, int offset, int length) throws IOException {
    return write(ByteBuffer.wrap(source, offset, Math.min(length, MAX_TRANSFER)));
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    try {
      return channel.write(source);
    } catch (ClosedChannelException e) {
      throw channel.isOpen() ? new SocketException("Socket output is shut down") : closed();
    } catch (IOException e) {
      throw openOr(e);
    }
  }

  /** An error of a channel that another thread closed meanwhile only says that it is closed. */
  private IOException openOr(IOException e) {
    if (!channel.isOpen()) {
      return closed();
    }
    return e instanceof SocketException ? e : new SocketException(e.getMessage());
  }

  private static SocketException closed() {
    return ConnectFailure.closed();
  }

  @Override
  public boolean awaitReadable(long timeoutMillis) throws IOException {
    return reader.await(timeoutMillis);
  }

  @Override
  public boolean awaitWritable(long timeoutMillis) throws IOException {
    return writer.await(timeoutMillis);
  }

  @Override
  public void shutdownInput() throws IOException {
    channel.shutdownInput();
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public int bufferSize(Buffer buffer) throws IOException {
    return channel.getOption(option(buffer));
  }

  @Override
  public void setBufferSize(Buffer buffer, int bytes) throws IOException {
    channel.setOption(option(buffer), bytes);
  }

  private static SocketOption<Integer> option(Buffer buffer) {
    return buffer == Buffer.SEND
        ? StandardSocketOptions.SO_SNDBUF
        : StandardSocketOptions.SO_RCVBUF;
  }

  @Override
  public PeerCredentials peerCredentials() throws IOException {
    SocketOption<?> option = JdkPeerOption.FOUND;
    try {
      return option == null
          ? UserTypes.get().unknown(JdkPeerOption.refusal())
          : JdkPeerOption.toCredentials(channel.getOption(option));
    } catch (ClosedChannelException e) {
      throw closed();
    }
  }

  @Override
  public String backend() {
    return JdkBackend.NAME;
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      try {
        reader.close();
      } finally {
        writer.close();
      }
    }
  }
}
