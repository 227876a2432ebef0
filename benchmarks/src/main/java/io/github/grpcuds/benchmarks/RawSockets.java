package io.github.grpcuds.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.Paths;

/** The JDK's Unix domain sockets, by reflection, for this is compiled for Java 8. */
final class RawSockets {
  private RawSockets() {}

  static ServerSocketChannel listen(String path) throws IOException {
    try {
      ServerSocketChannel channel =
          (ServerSocketChannel)
              ServerSocketChannel.class
                  .getMethod("open", ProtocolFamily.class)
                  .invoke(null, family());
      channel.bind(address(path));
      return channel;
    } catch (ReflectiveOperationException e) {
      throw unsupported(e);
    }
  }

  static SocketChannel connect(String path) throws IOException {
    try {
      SocketChannel channel =
          (SocketChannel)
              SocketChannel.class.getMethod("open", ProtocolFamily.class).invoke(null, family());
      channel.connect(address(path));
      return channel;
    } catch (ReflectiveOperationException e) {
      throw unsupported(e);
    }
  }

  private static ProtocolFamily family() {
    return StandardProtocolFamily.valueOf("UNIX");
  }

  private static SocketAddress address(String path) throws ReflectiveOperationException {
    return (SocketAddress)
        Class.forName("java.net.UnixDomainSocketAddress")
            .getMethod("of", Path.class)
            .invoke(null, Paths.get(path));
  }

  private static IOException unsupported(ReflectiveOperationException e) {
    return new IOException("the JDK's Unix domain sockets need Java 16: " + e, e);
  }

  /** Fills the buffer from its start and makes it ready to be read. */
  static void readFully(ReadableByteChannel channel, ByteBuffer buffer) throws IOException {
    buffer.clear();
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException(buffer.remaining() + " bytes are missing");
      }
    }
    buffer.flip();
  }

  /** Writes what the buffer has left. */
  static void writeFully(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
