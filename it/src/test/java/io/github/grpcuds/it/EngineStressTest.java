package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many threads call a server in every way while connections break and the server is shut down and
 * started again. Each call has to end once, and as it should; nothing is to be left over.
 *
 * <p>-Dgrpcuds.stress.seconds says how long each test takes, -Dgrpcuds.stress.seed with what.
 */
@Tag("long")
class EngineStressTest {
  private static final long SECONDS = Long.getLong("grpcuds.stress.seconds", 5);
  private static final long SEED = Long.getLong("grpcuds.stress.seed", System.nanoTime());
  private static final int CALLERS = 4;
  private static final int CHANNELS = 3;
  private static final int TERMINATION_SECONDS = 20;

  /** Descriptors that the JDK opens as it goes. */
  private static final int SLACK = 2;

  @TempDir static Path certificates;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final AtomicInteger begun = new AtomicInteger(); // streams, as the server has it
  private final AtomicInteger closed = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final StressWatch watch = new StressWatch();
  private final Random random = new Random(SEED);

  private String path;
  private ServerCredentials serverCredentials = InsecureServerCredentials.create();
  private ChannelCredentials credentials = InsecureChannelCredentials.create();
  private boolean tls;
  private volatile boolean stopping;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
    watch.close();
  }

  @Test
  void inPlainText() throws Exception {
    storm(false);
  }

  @Test
  void inPlainTextWithDirectExecutor() throws Exception {
    storm(true);
  }

  @Test
  void overTls() throws Exception {
    useTls();
    storm(false);
  }

  @Test
  void overTlsWithDirectExecutor() throws Exception {
    useTls();
    storm(true);
  }

  private void useTls() throws Exception {
    Identity identity = Identity.create(certificates, "stress" + System.nanoTime(), "localhost");
    tls = true;
    serverCredentials =
        TlsServerCredentials.create(identity.certificate.toFile(), identity.key.toFile());
    credentials =
        TlsChannelCredentials.newBuilder().trustManager(identity.certificate.toFile()).build();
  }

  private void storm(boolean direct) throws Exception {
    System.out.println("seed " + SEED);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    List<String> descriptors = null;
    int rounds = 0;
    do {
      round(direct);
      if (rounds == 0) {
        descriptors = StressWatch.descriptors();
      }
      rounds++;
    } while (System.nanoTime() < end);
    List<String> before = descriptors;
    Await.until(() -> StressWatch.ioThreads() == 0, () -> "I/O threads left");
    if (!tls) { // grpc-okhttp's client leaves sockets open whose TLS handshake failed
      Await.until(
          () -> StressWatch.descriptors().size() <= before.size() + SLACK,
          () -> "now " + StressWatch.descriptors() + ", after the first round " + before);
    }
    watch.assertNothingBad();
    System.out.println(rounds + " rounds, " + begun + " calls");
  }

  /** The life of a server. */
  private void round(boolean direct) throws Exception {
    stopping = false;
    Server server = start(direct);
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < CHANNELS; i++) {
      channels.add(channel());
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200 + random.nextInt(1500));
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      all.add(until(end, r -> call(channels.get(r.nextInt(CHANNELS)), r, () -> stopping)));
    }
    all.add(until(end, this::breakChannel));
    all.add(until(end, r -> StressPeer.leaveEarly(path, r, tls)));
    if (!tls) {
      all.add(until(end, r -> StressPeer.readSlowly(path, r, () -> stopping)));
    }
    if (random.nextBoolean()) { // all calls end before the server: none has an excuse
      await(all);
    } else {
      TimeUnit.NANOSECONDS.sleep(end - System.nanoTime() - random.nextInt(100_000_000));
    }
    shutdown(server);
    await(all);
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
    }
    assertTrue(
        server.awaitTermination(TERMINATION_SECONDS, TimeUnit.SECONDS),
        () -> "still up: " + server);
    Await.until(() -> begun.get() == closed.get(), () -> begun + " begun, ended " + closed);
    Path folder = Paths.get(path).getParent();
    Await.until(
        () -> StressWatch.boundIn(folder).isEmpty(), () -> "open: " + StressWatch.boundIn(folder));
    for (ManagedChannel channel : channels) {
      assertTrue(channel.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS), "still open");
    }
    watch.assertNothingBad();
  }

  private static void await(List<Future<?>> all) throws Exception {
    for (Future<?> one : all) {
      one.get(Deadline.SECONDS, TimeUnit.SECONDS);
    }
  }

  private Server start(boolean direct) throws IOException {
    UdsServerBuilder builder =
        UdsServerBuilder.forAddress(UdsAddress.ofPath(path), serverCredentials)
            .addService(new StressService(threads))
            .ioThreads(1 + random.nextInt(3))
            .addStreamTracerFactory(new Counter());
    if (direct) {
      builder.directExecutor();
    }
    if (random.nextBoolean()) {
      builder.flowControlWindow(65_535);
    }
    if (random.nextInt(3) == 0) {
      builder.maxConnectionAge(100 + random.nextInt(500), TimeUnit.MILLISECONDS);
    }
    return sockets.start(builder);
  }

  /** Without retries: a deadline that passes while a call starts may hang it (grpc-java #13034). */
  private ManagedChannel channel() {
    return UdsChannelBuilder.forAddress(UdsAddress.ofPath(path), credentials)
        .disableRetry()
        .build();
  }

  private void shutdown(Server server) throws InterruptedException {
    stopping = true;
    int how = random.nextInt(3);
    if (how != 0) {
      server.shutdown();
    }
    if (how == 1) {
      TimeUnit.MILLISECONDS.sleep(random.nextInt(50));
    }
    if (how != 2) {
      server.shutdownNow();
    }
  }

  private interface Step {
    void go(Random random) throws Exception;
  }

  private Future<?> until(long end, Step step) {
    Random own = new Random(random.nextLong());
    Callable<Void> all =
        () -> {
          while (!stopping && System.nanoTime() < end) {
            step.go(own);
          }
          return null;
        };
    return threads.submit(all);
  }

  private static void call(ManagedChannel channel, Random random, BooleanSupplier disturbed)
      throws InterruptedException {
    for (StressCall call : start(channel, random)) {
      call.check(disturbed);
    }
  }

  private static List<StressCall> start(ManagedChannel channel, Random random) {
    List<StressCall> calls = new ArrayList<>();
    for (int i = 1 + random.nextInt(16); i > 0; i--) {
      calls.add(new StressCall(random).start(channel));
    }
    return calls;
  }

  /** Closes a connection in the middle of its calls. */
  private void breakChannel(Random random) throws InterruptedException {
    ManagedChannel channel = channel();
    List<StressCall> calls = start(channel, random);
    TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
    channel.shutdownNow();
    for (StressCall call : calls) {
      call.check(() -> true);
    }
    assertTrue(channel.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS), "still open");
  }

  /** A stream that gRPC's server core has begun has to end there, once. */
  private final class Counter extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      begun.incrementAndGet();
      return new ServerStreamTracer() {
        @Override
        public void streamClosed(Status status) {
          closed.incrementAndGet();
        }
      };
    }
  }
}
