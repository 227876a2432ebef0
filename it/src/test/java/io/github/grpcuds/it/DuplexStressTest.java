package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * 200 calls of every kind at once on one connection, from several threads, in both directions, some
 * read slowly. All that is sent has to arrive as it was.
 *
 * <p>-Dgrpcuds.stress.seconds says how long each test takes, -Dgrpcuds.stress.seed with what.
 */
@Tag("long")
class DuplexStressTest {
  private static final long SECONDS = Long.getLong("grpcuds.stress.seconds", 5);
  private static final long SEED = Long.getLong("grpcuds.stress.seed", System.nanoTime());
  private static final int CALLERS = 4;
  private static final int CALLS_EACH = 50;

  @RegisterExtension final Sockets sockets = new Sockets();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final StressWatch watch = new StressWatch();
  private final ConnectionCount connections = new ConnectionCount();
  private final Random random = new Random(SEED);

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
    watch.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {65_535, 1 << 20})
  void allArrivesAsItWas(int window) throws Exception {
    System.out.println("seed " + SEED);
    String path = sockets.path("s");
    sockets.start(
        UdsServerBuilder.forPath(path)
            .addService(new StressService(threads))
            .addTransportFilter(connections));
    ManagedChannel channel =
        sockets.open(UdsChannelBuilder.forPath(path).disableRetry().flowControlWindow(window));
    new StressCall(StressService.UNARY).start(channel).check(() -> false); // connects
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    int rounds = 0;
    do {
      List<Future<Void>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        Random own = new Random(random.nextLong());
        Callable<Void> calls = () -> call(channel, own);
        callers.add(threads.submit(calls));
      }
      for (Future<Void> one : callers) {
        one.get(Deadline.SECONDS, TimeUnit.SECONDS);
      }
      rounds++;
    } while (System.nanoTime() < end);
    assertEquals("1 begun, 0 ended", connections.toString());
    watch.assertNothingBad();
    System.out.println(rounds + " rounds of " + CALLERS * CALLS_EACH + " calls");
  }

  private static Void call(ManagedChannel channel, Random random) throws InterruptedException {
    List<StressCall> calls = new ArrayList<>();
    for (int i = 0; i < CALLS_EACH; i++) {
      calls.add(new StressCall(random).start(channel));
    }
    for (StressCall call : calls) {
      call.check(() -> false);
    }
    return null;
  }
}
