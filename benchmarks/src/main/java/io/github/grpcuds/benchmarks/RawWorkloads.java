package io.github.grpcuds.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The rows that a socket without gRPC can do. */
final class RawWorkloads {
  private final String path;
  private final ByteBuffer order = ByteBuffer.allocateDirect(RawServer.ORDER_BYTES);
  private SocketChannel connection;

  RawWorkloads(String path) {
    this.path = path;
  }

  Workload of(Row row) throws IOException {
    if (row.kind == Row.Kind.CONNECT) {
      return this::connects;
    }
    if (connection == null) {
      connection = RawSockets.connect(path);
    }
    switch (row.kind) {
      case DOWNLOAD:
        return (end, recorder) -> download(row.size, end, recorder);
      case UPLOAD:
        return (end, recorder) -> upload(row.size, end, recorder);
      default:
        return this::echoes;
    }
  }

  private void echoes(long end, Recorder recorder) throws IOException {
    long now = System.nanoTime();
    while (now - end < 0) {
      echo(connection);
      long before = now;
      now = System.nanoTime();
      recorder.record(now - before);
    }
  }

  private void connects(long end, Recorder recorder) throws IOException {
    while (System.nanoTime() - end < 0) {
      long start = System.nanoTime();
      try (SocketChannel channel = RawSockets.connect(path)) {
        echo(channel);
        recorder.record(System.nanoTime() - start);
      }
    }
  }

  private void download(int size, long end, Recorder recorder) throws IOException {
    int messages = Streams.messages(size);
    do {
      order(connection, RawServer.DOWNLOAD, messages, size);
      RawServer.receive(connection, messages, size);
      recorder.count(messages);
    } while (System.nanoTime() - end < 0);
  }

  private void upload(int size, long end, Recorder recorder) throws IOException {
    int messages = Streams.messages(size);
    do {
      order(connection, RawServer.UPLOAD, messages, size);
      RawServer.send(connection, messages, size);
      RawSockets.readFully(connection, order);
      recorder.count(messages);
    } while (System.nanoTime() - end < 0);
  }

  private void echo(SocketChannel channel) throws IOException {
    order(channel, RawServer.ECHO, 0, 0);
    RawSockets.readFully(channel, order);
  }

  private void order(SocketChannel channel, int what, int messages, int size) throws IOException {
    order.clear();
    order.putInt(what).putInt(messages).putInt(size).position(RawServer.ORDER_BYTES);
    order.flip();
    RawSockets.writeFully(channel, order);
  }
}
