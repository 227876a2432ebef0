package io.github.grpcuds.transport.internal.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.logging.LogManager;

/**
 * Starts and stops a server on the path of its argument, as it is told by lines of its input; says
 * "won", "lost" or "stopped", or what went wrong.
 */
final class Starter {
  private Starter() {}

  public static void main(String[] args) throws IOException {
    LogManager.getLogManager().reset(); // what is printed is the answers
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    ServerSocket server = null;
    String line;
    while ((line = in.readLine()) != null) {
      try {
        if (line.equals("stop")) {
          server.close();
          System.out.println("stopped");
        } else {
          server = start(args[0], line.equals("start"));
          System.out.println("won");
        }
      } catch (BindException e) {
        System.out.println("lost");
      } catch (IOException | RuntimeException e) {
        System.out.println(e);
      }
    }
  }

  private static ServerSocket start(String path, boolean deleteOnClose) throws IOException {
    SocketFileOptions options = SocketFileOptions.defaults().deleteOnClose(deleteOnClose);
    return new UdsServerSocketFactory(UdsAddress.ofPath(path), options).createServerSocket(0);
  }
}
