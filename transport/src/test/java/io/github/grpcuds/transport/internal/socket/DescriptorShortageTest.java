package io.github.grpcuds.transport.internal.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.backend.Listeners;
import io.github.grpcuds.transport.internal.channel.AcceptRetry;
import io.github.grpcuds.transport.internal.channel.AcceptRetryTest;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server whose process runs out of descriptors accepts again once there are some. */
final class DescriptorShortageTest {
  @TempDir Path dir;

  @ParameterizedTest
  @MethodSource(BackendTest.ALL)
  void acceptOutlivesAShortageOfDescriptors(String backend) throws Exception {
    BackendTest.assumeAvailable(backend);
    String printed =
        new ChildJvm(Program.class)
            .by("bash", "-c", "ulimit -n 128 && exec \"$@\"", "bash")
            .backend(backend)
            .run(dir);
    assertTrue(printed.contains("accepted after the shortage\n"), printed);
    assertTrue(printed.contains("accepted first after the shortage\n"), printed);
    assertTrue(printed.contains("opened a poller after the shortage\n"), printed);
    assertTrue(printed.contains("wrote all in the shortage\n"), printed);
  }

  /** Runs with few descriptors, and uses them up. */
  static final class Program {
    private static final Logger logger = Logger.getLogger(AcceptRetry.class.getName());
    private static final int MANY_BYTES = 4 << 20;
    private static final Queue<String> shortages = new ConcurrentLinkedQueue<>();

    private Program() {}

    public static void main(String[] args) throws Exception {
      logger.setUseParentHandlers(false);
      logger.addHandler(new Recorder());
      UdsAddress address = UdsAddress.ofPath(args[0] + "/s");
      loadClassesThatAShortageNeeds(address);
      meetShortage(address);
      System.out.println("accepted after the shortage");
      meetShortageAtTheFirstAccept(address);
      System.out.println("accepted first after the shortage");
      meetShortageAtAPoller(address);
      System.out.println("opened a poller after the shortage");
      meetShortageAtBackPressure(address);
      System.out.println("wrote all in the shortage");
      System.exit(0);
    }

    /** From a folder of class files they could not be loaded later. */
    private static void loadClassesThatAShortageNeeds(UdsAddress address) throws IOException {
      new AcceptRetry().accept(new AcceptRetryTest.Failing(), address);
      shortages.clear();
    }

    private static void meetShortage(UdsAddress address) throws Exception {
      try (ServerSocket server = new UdsServerSocketFactory(address).createServerSocket(0)) {
        UdsSocketFactory factory = new UdsSocketFactory(address);
        factory.createSocket("ignored", 0).close();
        server.accept().close();
        int attempts = 1;
        while (!acceptedAfterShortage(server, factory)) {
          assertTrue(attempts++ < 100, "accept met no shortage");
        }
      }
    }

    /** False if the JVM gave back a descriptor just then, so that there was one for accept. */
    private static boolean acceptedAfterShortage(ServerSocket server, UdsSocketFactory factory)
        throws Exception {
      Background<Socket> acceptor = Background.start("acceptor", server::accept);
      acceptor.awaitInside("awaitAcceptable");
      Deque<FileInputStream> hogs = takeAll();
      try (Socket client = connectWithTheLastDescriptor(factory, hogs)) {
        Await.until(() -> !shortages.isEmpty() || acceptor.isDone(), () -> "accept is stuck");
        boolean shortage = !shortages.isEmpty();
        giveBack(hogs);
        assertConnected(client, acceptor.result());
        return shortage;
      } finally {
        shortages.clear();
      }
    }

    private static Socket connectWithTheLastDescriptor(
        UdsSocketFactory factory, Deque<FileInputStream> hogs) throws IOException {
      while (true) {
        hogs.pop().close(); // enough for the client's end, not for the server's
        try {
          return factory.createSocket("ignored", 0);
        } catch (IOException e) {
          assertTrue(e.getMessage().contains("Too many open files"), e.getMessage());
        }
      }
    }

    private static void meetShortageAtTheFirstAccept(UdsAddress address) throws Exception {
      int attempts = 1;
      while (!acceptedFirstAfterShortage(address)) {
        assertTrue(attempts++ < 100, "the first accept met no shortage");
      }
    }

    /** False if the JVM gave back a descriptor just then, so that there was one for accept. */
    private static boolean acceptedFirstAfterShortage(UdsAddress address) throws Exception {
      try (ServerSocket server = new UdsServerSocketFactory(address).createServerSocket(0);
          Socket client = new UdsSocketFactory(address).createSocket("ignored", 0)) {
        Deque<FileInputStream> hogs = takeAll();
        Background<Socket> acceptor = Background.start("acceptor", server::accept);
        Await.until(() -> !shortages.isEmpty() || acceptor.isDone(), () -> "accept is stuck");
        boolean shortage = !shortages.isEmpty();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100)); // let it try a few more times
        giveBack(hogs);
        assertConnected(client, acceptor.result());
        return shortage;
      } finally {
        shortages.clear();
      }
    }

    /** With none, one, two, ... descriptors left, so that each step of the opening fails. */
    private static void meetShortageAtAPoller(UdsAddress address) throws Exception {
      SocketFileOptions options = SocketFileOptions.defaults();
      try (UdsListener listener = Listeners.listen(address, options, 1)) {
        listener.newPoller().close();
        Deque<FileInputStream> hogs = takeAll();
        int failures = 0;
        while (true) {
          try {
            listener.newPoller().close();
            break;
          } catch (IOException e) {
            assertTrue(e.getMessage().startsWith("Cannot make a poller: "), e.getMessage());
            assertTrue(e.getMessage().contains("Too many open files"), e.getMessage());
            failures++;
          }
          hogs.pop().close();
        }
        assertTrue(failures > 0 && failures < 5, failures + " failures");
        giveBack(hogs);
      }
    }

    /** The first wait for room, and the first for input, come when there is no descriptor. */
    private static void meetShortageAtBackPressure(UdsAddress address) throws Exception {
      try (ServerSocket server = new UdsServerSocketFactory(address).createServerSocket(0);
          Socket client = new UdsSocketFactory(address).createSocket("ignored", 0);
          Socket accepted = server.accept()) {
        Deque<FileInputStream> hogs = takeAll();
        Background<Integer> reader =
            Background.start("reader", () -> client.getInputStream().read());
        reader.awaitInside("awaitReadable");
        Background<Void> writer =
            Background.start(
                "writer",
                () -> {
                  accepted.getOutputStream().write(7);
                  client.getOutputStream().write(new byte[MANY_BYTES]);
                  return null;
                });
        assertEquals(7, reader.result());
        writer.awaitInside("awaitWritable");
        byte[] chunk = new byte[64 * 1024];
        for (int left = MANY_BYTES; left > 0; ) {
          left -= accepted.getInputStream().read(chunk, 0, Math.min(chunk.length, left));
        }
        writer.result();
        giveBack(hogs);
      }
    }

    private static Deque<FileInputStream> takeAll() throws IOException {
      Deque<FileInputStream> hogs = new ArrayDeque<>();
      try {
        while (true) {
          hogs.push(new FileInputStream("/dev/null"));
        }
      } catch (FileNotFoundException e) {
        return hogs; // "Too many open files"
      }
    }

    private static void giveBack(Deque<FileInputStream> hogs) throws IOException {
      for (FileInputStream hog : hogs) {
        hog.close();
      }
    }

    private static void assertConnected(Socket client, Socket accepted) throws IOException {
      client.getOutputStream().write(7);
      assertEquals(7, accepted.getInputStream().read());
      accepted.close();
    }
  }

  private static final class Recorder extends Handler {
    @Override
    public void publish(LogRecord record) {
      Program.shortages.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
