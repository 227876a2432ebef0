package io.github.grpcuds.it;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import java.io.Closeable;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Listens, and gives each client a thread, in which a test does with it what it likes. */
final class RawServer implements Closeable {
  /** What is done with a client. An exception means that it has left. */
  interface Handler {
    void serve(Socket client) throws IOException;
  }

  final AtomicInteger connections = new AtomicInteger(); // so far

  private final Handler handler;
  private final ServerSocket listener;
  private final List<Socket> clients = new CopyOnWriteArrayList<>();

  /** Listens at once. Clients stay connected until the handler closes them, or this is closed. */
  RawServer(String path, Handler handler) throws IOException {
    this.handler = handler;
    this.listener = new UdsServerSocketFactory(UdsAddress.ofPath(path)).createServerSocket(0);
    start(this::accept);
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "raw server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        clients.add(client);
        connections.incrementAndGet();
        start(() -> serve(client));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void serve(Socket client) {
    try {
      handler.serve(client);
    } catch (IOException e) {
      // The client has left.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket client : clients) {
      client.close();
    }
  }
}
