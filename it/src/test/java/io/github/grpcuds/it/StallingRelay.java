package io.github.grpcuds.it;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.Closeable;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Lets clients talk to a server, and leaves unread what they send once it is told to. */
final class StallingRelay implements Closeable {
  private static final int BUFFER_SIZE = 8 * 1024;

  private final String server;
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stalled;

  /** Starts one. */
  StallingRelay(String path, String server) throws IOException {
    this.server = server;
    this.listener = new UdsServerSocketFactory(UdsAddress.ofPath(path)).createServerSocket(0);
    run("accept", this::accept);
  }

  private static void run(String name, Runnable task) {
    Thread thread = new Thread(task, "stalling relay: " + name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        open.add(client);
        Socket connected = new UdsSocketFactory("unix:" + server).createSocket("localhost", 0);
        open.add(connected);
        run("to server", () -> copy(client, connected, true));
        run("to client", () -> copy(connected, client, false));
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  private void copy(Socket from, Socket to, boolean stalls) {
    byte[] buffer = new byte[BUFFER_SIZE];
    try {
      while (!stalls || !stalled) {
        int count = from.getInputStream().read(buffer);
        if (count < 0) {
          to.shutdownOutput();
          return;
        }
        to.getOutputStream().write(buffer, 0, count);
      }
    } catch (IOException e) {
      // One of them is closed.
    }
  }

  /** Stops reading from clients, after what it is at. */
  void stall() {
    stalled = true;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
