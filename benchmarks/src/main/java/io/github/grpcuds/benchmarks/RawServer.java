package io.github.grpcuds.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The floor: what a Unix domain socket does by itself. A client sends orders of 32 bytes, which
 * begin with three ints: what to do, how many messages, of how many bytes.
 */
final class RawServer {
  static final int ORDER_BYTES = 32;
  static final int ECHO = 0;
  static final int DOWNLOAD = 1;
  static final int UPLOAD = 2;

  private RawServer() {}

  static void start(String path) throws IOException {
    ServerSocketChannel listener = RawSockets.listen(path);
    daemon("raw-accept", () -> accept(listener));
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void accept(ServerSocketChannel listener) {
    try {
      while (true) {
        SocketChannel channel = listener.accept();
        daemon("raw-connection", () -> serve(channel));
      }
    } catch (IOException e) {
      throw new IllegalStateException("the raw server cannot accept", e);
    }
  }

  private static void serve(SocketChannel channel) {
    ByteBuffer order = ByteBuffer.allocateDirect(ORDER_BYTES);
    try (SocketChannel closed = channel) {
      while (true) {
        RawSockets.readFully(closed, order);
        obey(closed, order);
      }
    } catch (EOFException e) {
      // The client has closed its end.
    } catch (IOException e) {
      throw new IllegalStateException("a raw connection fails", e);
    }
  }

  private static void obey(SocketChannel channel, ByteBuffer order) throws IOException {
    switch (order.getInt(0)) {
      case DOWNLOAD:
        send(channel, order.getInt(Integer.BYTES), order.getInt(2 * Integer.BYTES));
        break;
      case UPLOAD:
        receive(channel, order.getInt(Integer.BYTES), order.getInt(2 * Integer.BYTES));
        RawSockets.writeFully(channel, order);
        break;
      default:
        RawSockets.writeFully(channel, order);
    }
  }

  static void send(SocketChannel channel, int messages, int size) throws IOException {
    ByteBuffer message = ByteBuffer.allocateDirect(size);
    for (int i = 0; i < messages; i++) {
      message.clear();
      RawSockets.writeFully(channel, message);
    }
  }

  static void receive(SocketChannel channel, int messages, int size) throws IOException {
    ByteBuffer message = ByteBuffer.allocateDirect(size);
    for (int i = 0; i < messages; i++) {
      RawSockets.readFully(channel, message);
    }
  }
}
