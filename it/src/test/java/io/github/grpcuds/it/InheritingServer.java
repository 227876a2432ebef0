package io.github.grpcuds.it;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildJvm;
import io.grpc.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that serves greeters on the sockets it was started with, one for each name in its
 * arguments, where "-" is no name. Then it does what the lines of standard input say and ends with
 * it or, if that is a socket itself (the argument "wait"), when it is told to.
 */
final class InheritingServer {
  private static Server server; // the last one that started

  private InheritingServer() {}

  /** The command that starts it. */
  static List<String> command(String backend, String... arguments) {
    return new ChildJvm(InheritingServer.class).backend(backend).command((Object[]) arguments);
  }

  public static void main(String[] args) throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(InheritingServer::stop));
    boolean wait = false;
    for (String argument : args) {
      if (argument.equals("wait")) {
        wait = true;
      } else {
        start(argument);
      }
    }
    if (wait) {
      Thread.sleep(Long.MAX_VALUE);
    }
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      obey(line);
    }
    System.exit(0);
  }

  private static void start(String name) {
    UdsServerBuilder builder =
        name.equals("-") ? UdsServerBuilder.inherited() : UdsServerBuilder.inherited(name);
    Server starting =
        builder.notifySystemd().addService(new EchoGreeter("Hello of " + name)).build();
    try {
      starting.start();
      server = starting;
      System.out.println("listening on " + starting.getListenSockets());
    } catch (IOException e) {
      System.out.println("failed: " + e.getMessage());
    }
  }

  private static void obey(String line) {
    switch (line) {
      case "cpu":
        System.out.println("cpu " + ioMillis());
        break;
      case "shutdown":
        server.shutdown();
        System.out.println("shut down");
        break;
      case "stop":
        stop();
        break;
      default:
        start(line);
    }
  }

  private static long ioMillis() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (long id : threads.getAllThreadIds()) {
      if (threads.getThreadInfo(id).getThreadName().startsWith("grpc-uds-io")) {
        nanos += threads.getThreadCpuTime(id);
      }
    }
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private static void stop() {
    try {
      if (server != null) {
        server.shutdownNow().awaitTermination();
      }
      System.out.println("stopped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
