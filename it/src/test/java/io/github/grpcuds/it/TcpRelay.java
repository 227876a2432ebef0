package io.github.grpcuds.it;

import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets peers that speak TCP alone talk to a Unix domain socket. What one side has sent before it
 * closes reaches the other, even if that side's own last words met a closed socket; half-closes and
 * resets are passed on as half-closes.
 */
final class TcpRelay implements Closeable {
  private static final int BUFFER_SIZE = 64 * 1024;

  private final UdsSocketFactory target;
  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private TcpRelay(String path) throws IOException {
    target = new UdsSocketFactory("unix:" + path);
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Starts one to the socket at a path. */
  static TcpRelay start(String path) throws IOException {
    TcpRelay relay = new TcpRelay(path);
    run("accept", relay::accept);
    return relay;
  }

  private static void run(String name, Runnable task) {
    Thread thread = new Thread(task, "TCP relay: " + name);
    thread.setDaemon(true);
    thread.start();
  }

  /** On the loopback address. */
  int port() {
    return listener.getLocalPort();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        join(listener.accept());
      } catch (IOException e) {
        // Closed, or a peer that is gone already.
      }
    }
  }

  private void join(Socket tcp) throws IOException {
    open.add(tcp);
    Socket uds;
    try {
      tcp.setTcpNoDelay(true);
      uds = target.createSocket(listener.getInetAddress(), 0);
    } catch (IOException e) {
      close(tcp);
      throw e;
    }
    open.add(uds);
    AtomicInteger directions = new AtomicInteger(2);
    run("to UDS", () -> copy(tcp, uds, directions));
    run("to TCP", () -> copy(uds, tcp, directions));
    if (listener.isClosed()) { // close() may have looked before these were there
      close(tcp);
      close(uds);
    }
  }

  private void copy(Socket from, Socket to, AtomicInteger directions) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[BUFFER_SIZE];
      for (int n; (n = in.read(buffer)) >= 0; ) {
        out.write(buffer, 0, n);
        out.flush();
      }
    } catch (IOException e) {
      // One side is gone. What it said before may still be on its way in the other direction.
    }
    shutdownOutput(to);
    if (directions.decrementAndGet() == 0) {
      close(from);
      close(to);
    }
  }

  private static void shutdownOutput(Socket socket) {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      // It is closed, or its peer is.
    }
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed for us all the same.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      close(socket);
    }
  }
}
