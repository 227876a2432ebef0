package io.github.grpcuds.transport.internal.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.testing.Descriptors;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Closes and interrupts at any moment. Every connection carries nothing but its own number, so that
 * a byte that came by way of a reused descriptor is seen.
 *
 * <p>Takes about a second, or as many as the system property {@code grpcuds.stress.seconds} says.
 */
public abstract class StressTest extends BackendTest {
  private static final long SECONDS = Long.getLong("grpcuds.stress.seconds", 1);
  private static final int CLIENTS = 4;
  private static final int ENOUGH_READS = 1000;
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(Deadline.SECONDS);
  private static final int LEAK_CONNECTIONS = 5000;

  /** What closing and restarting may do to a connection, by the start of its message. */
  private static final String[] EXPECTED = {"Socket closed", "Broken pipe", "Connection reset"};

  private final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
  private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private final Set<Thread> busy = ConcurrentHashMap.newKeySet();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicInteger verified = new AtomicInteger();
  private final ExecutorService pool =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "stress");
            thread.setDaemon(true);
            return thread;
          });

  private Path path;

  public StressTest(String backend) {
    super(backend);
  }

  @AfterEach
  void stopPool() {
    pool.shutdownNow();
  }

  @Test
  void bytesStayInTheirConnectionWheneverItIsClosed() throws Exception {
    path = dir.resolve("s");
    List<Background<Void>> drivers = new ArrayList<>();
    drivers.add(Background.start("server", this::restartServers));
    for (int i = 0; i < CLIENTS; i++) {
      drivers.add(Background.start("client " + i, this::runClients));
    }
    drivers.add(Background.start("interrupter", this::interruptAnyone));
    while (running()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    for (Background<Void> driver : drivers) {
      driver.result();
    }
    Await.until(
        () -> unfinished.get() == 0, () -> unfinished + " are unfinished, such as " + whereBusy());
    for (Throwable fault : faults) {
      throw new AssertionError(faults.size() + " faults, the first: " + fault, fault);
    }
    assertTrue(verified.get() > ENOUGH_READS, "too little happened: " + verified + " reads");
  }

  private String whereBusy() {
    StringBuilder out = new StringBuilder();
    for (Thread thread : busy) {
      for (StackTraceElement frame : thread.getStackTrace()) {
        out.append("\n  ").append(frame);
      }
      break;
    }
    return out.toString();
  }

  private boolean running() {
    long over = System.nanoTime() - end;
    boolean enough = verified.get() > ENOUGH_READS || over > LIMIT_NANOS;
    return faults.isEmpty() && (over < 0 || !enough);
  }

  private Void restartServers() throws Exception {
    while (running()) {
      ServerSocket server = new UdsServerSocketFactory(at(path)).createServerSocket(0, 2);
      for (int i = 0; i < 2; i++) {
        work(() -> acceptAll(server));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      server.close();
    }
    return null;
  }

  private void acceptAll(ServerSocket server) throws IOException {
    while (true) {
      Socket accepted = server.accept();
      work(() -> serve(accepted));
    }
  }

  private void serve(Socket socket) throws IOException {
    try {
      long number = new DataInputStream(socket.getInputStream()).readLong();
      work(() -> writeOnly(-number, socket));
      readOnly(number, socket);
    } finally {
      socket.close();
    }
  }

  private Void runClients() throws Exception {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    while (running()) {
      Socket socket = new UdsSocketFactory(at(path)).createSocket();
      long number = numbers.incrementAndGet();
      work(
          () -> {
            socket.connect(null);
            work(() -> readOnly(-number, socket));
            writeOnly(number, socket);
          });
      LockSupport.parkNanos(random.nextInt(random.nextInt(10) == 0 ? 20_000_000 : 1_000_000));
      socket.close();
    }
    return null;
  }

  private Void interruptAnyone() {
    Random random = new Random();
    while (running()) {
      for (Thread thread : busy) {
        if (random.nextInt(4) == 0) {
          thread.interrupt();
        }
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    return null;
  }

  /** Writes one number over and over, few at a time and many at a time. */
  private static void writeOnly(long number, Socket socket) throws IOException {
    ByteBuffer numbers = ByteBuffer.allocate(64 * 1024);
    while (numbers.hasRemaining()) {
      numbers.putLong(number);
    }
    OutputStream out = socket.getOutputStream();
    while (true) {
      int few = 8 * (1 + ThreadLocalRandom.current().nextInt(4));
      out.write(numbers.array(), 0, ThreadLocalRandom.current().nextInt(50) == 0 ? 65536 : few);
    }
  }

  /** Reads to the end, or closes at some moment before. */
  private void readOnly(long number, Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    while (ThreadLocalRandom.current().nextInt(1000) != 0) {
      long read = in.readLong();
      if (read != number) {
        throw new AssertionError("connection " + number + " carried a byte of " + read);
      }
      verified.incrementAndGet();
    }
    socket.close();
  }

  private interface Work {
    void run() throws IOException;
  }

  private void work(Work work) {
    unfinished.incrementAndGet();
    pool.execute(
        () -> {
          busy.add(Thread.currentThread());
          try {
            work.run();
          } catch (EOFException
              | ConnectException
              | NoSuchFileException
              | FileNotFoundException e) {
            // the other end, or its server, was closed
          } catch (Throwable e) {
            if (!isExpected(e)) {
              faults.add(e);
            }
          } finally {
            busy.remove(Thread.currentThread());
            unfinished.decrementAndGet();
          }
        });
  }

  private static boolean isExpected(Throwable e) {
    if (e instanceof SocketException) {
      for (String message : EXPECTED) {
        if (String.valueOf(e.getMessage()).startsWith(message)) {
          return true;
        }
      }
    }
    return false;
  }

  @Test
  void thousandsOfConnectionsLeaveNothingBehind() throws Exception {
    Descriptors.assumeCountable();
    path = dir.resolve("s");
    ServerSocket server = listen(path);
    Background<Void> echo =
        Background.start(
            "echo",
            () -> {
              while (true) {
                try (Socket accepted = server.accept()) {
                  accepted.getOutputStream().write(accepted.getInputStream().read());
                }
              }
            });
    callEcho(100);
    int descriptors = Descriptors.count();
    Set<Thread> threads = Thread.getAllStackTraces().keySet();
    callEcho(LEAK_CONNECTIONS);
    Descriptors.awaitAtMost(descriptors + 10);
    Set<Thread> more = new HashSet<>(Thread.getAllStackTraces().keySet());
    more.removeAll(threads);
    assertEquals(Collections.emptySet(), more);
    server.close();
    assertEquals("Socket closed", echo.failure().getMessage());
  }

  private void callEcho(int times) throws IOException {
    UdsSocketFactory factory = new UdsSocketFactory(at(path));
    for (int i = 0; i < times; i++) {
      try (Socket socket = factory.createSocket("ignored", 0)) {
        socket.getOutputStream().write(i & 0xff);
        assertEquals(i & 0xff, socket.getInputStream().read());
      }
    }
  }
}
