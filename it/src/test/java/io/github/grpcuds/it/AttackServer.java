package io.github.grpcuds.it;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that is attacked: serves {@link AttackService}, and tells what it holds when standard
 * input asks. Ends with standard input.
 */
final class AttackServer {
  /** Properties of the process, with {@code attack.} before each. */
  enum Option {
    PATH,
    ENGINE,
    CERTIFICATE,
    KEY,
    MAX_CALLS,
    MAX_MESSAGE,
    /** Threads for the calls; 0 for gRPC's own pool, which has no bound. */
    CALL_THREADS,
    FAILING_EXECUTOR,
    /** The handshake time-out: short where silence is the attack, long for good clients. */
    HANDSHAKE_SECONDS;

    String key() {
      return "attack." + name();
    }

    String flag(Object value) {
      return "-D" + key() + "=" + value;
    }

    String value() {
      return System.getProperty(key());
    }

    private int value(int otherwise) {
      return Integer.getInteger(key(), otherwise);
    }
  }

  /** How many tasks the executor refuses when it is told to. */
  static final int REFUSED = 40;

  private static final AtomicInteger calls = new AtomicInteger();

  private AttackServer() {}

  public static void main(String[] args) throws Exception {
    Server server = start();
    System.out.println("listening");
    BufferedReader stdin =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = stdin.readLine()) != null; ) {
      if (line.equals("refuse")) {
        FailingAtTimes.refusals.set(REFUSED);
        continue;
      }
      if (line.startsWith("fill ")) {
        HeapFiller.start(Integer.parseInt(line.substring(5)));
        continue;
      }
      if (line.equals("shut down")) {
        boolean terminated = server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        System.out.println("terminated: " + terminated);
        continue;
      }
      try {
        System.out.println("stats: " + ServerStats.measure(calls.get()).line());
      } catch (OutOfMemoryError e) {
        System.out.println("stats: " + e);
      }
    }
    server.shutdownNow();
    System.exit(0);
  }

  private static Server start() throws IOException {
    ServerBuilder<?> builder =
        "netty".equals(Option.ENGINE.value())
            ? netty()
            : configure(
                UdsServerBuilder.forAddress(UdsAddress.ofPath(Option.PATH.value()), credentials()));
    if (Boolean.getBoolean(Option.FAILING_EXECUTOR.key())) {
      builder.executor(new FailingAtTimes());
    } else if (Option.CALL_THREADS.value(0) > 0) {
      builder.executor(Executors.newFixedThreadPool(Option.CALL_THREADS.value(0)));
    }
    return builder
        .addService(new AttackService())
        .addStreamTracerFactory(new Counting())
        .maxInboundMessageSize(Option.MAX_MESSAGE.value(4 << 20))
        .build()
        .start();
  }

  private static ServerBuilder<?> configure(UdsServerBuilder builder) {
    builder.handshakeTimeout(Option.HANDSHAKE_SECONDS.value(10), TimeUnit.SECONDS);
    int maxCalls = Option.MAX_CALLS.value(0);
    return maxCalls > 0 ? builder.maxConcurrentCallsPerConnection(maxCalls) : builder;
  }

  private static ServerBuilder<?> netty() throws IOException {
    EventLoopGroup loops = new EpollEventLoopGroup();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new DomainSocketAddress(Option.PATH.value()), credentials())
            .channelType(EpollServerDomainSocketChannel.class)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops);
    int maxCalls = Option.MAX_CALLS.value(0);
    return maxCalls > 0 ? builder.maxConcurrentCallsPerConnection(maxCalls) : builder;
  }

  private static ServerCredentials credentials() throws IOException {
    return Option.KEY.value() == null
        ? InsecureServerCredentials.create()
        : TlsServerCredentials.create(
            new File(Option.CERTIFICATE.value()), new File(Option.KEY.value()));
  }

  /** Fills the heap to the last byte, and lets go of a little now and then. */
  private static final class HeapFiller {
    private static final int[] SIZES = {1 << 20, 64 << 10, 4 << 10, 256, 16};
    private static final int MOST_LET_GO = 600_000;
    private static final int MOST_NANOS = 10_000_000;

    private final Object[] hoard = new Object[2]; // an array, and the next such pair
    private final Random random = new Random(1);

    static void start(int millis) {
      HeapFiller filler = new HeapFiller();
      Thread thread = new Thread(() -> filler.run(millis), "fills the heap");
      thread.setDaemon(true);
      thread.start();
    }

    private void run(int millis) {
      byte[] filled = "filled\n".getBytes(StandardCharsets.US_ASCII);
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      while (System.nanoTime() - end < 0) {
        for (int size : SIZES) {
          fill(size);
        }
        LockSupport.parkNanos(random.nextInt(MOST_NANOS));
        letGo(random.nextInt(MOST_LET_GO));
        LockSupport.parkNanos(random.nextInt(MOST_NANOS));
      }
      hoard[1] = null;
      System.out.write(filled, 0, filled.length);
      System.out.flush();
    }

    private void fill(int size) {
      try {
        while (true) {
          Object[] node = {new byte[size], hoard[1]};
          hoard[1] = node;
        }
      } catch (OutOfMemoryError e) {
        // as it should be
      }
    }

    private void letGo(int bytes) {
      Object[] node = (Object[]) hoard[1];
      for (int left = bytes; left > 0 && node != null; node = (Object[]) node[1]) {
        left -= ((byte[]) node[0]).length + 40;
      }
      hoard[1] = node;
    }
  }

  /** Counts the calls that are open, those to unknown methods too. */
  private static final class Counting extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      ServerStreamTracer tracer =
          new ServerStreamTracer() {
            @Override
            public void streamClosed(Status status) {
              calls.decrementAndGet();
            }
          };
      calls.incrementAndGet(); // not before: there may be no memory for it
      return tracer;
    }
  }

  /** Refuses some tasks, as a pool does that may start no more threads, and works again later. */
  private static final class FailingAtTimes implements Executor {
    private final Executor pool = Executors.newFixedThreadPool(2);
    static final AtomicInteger refusals = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
      int number = refusals.getAndUpdate(left -> Math.max(0, left - 1));
      if (number > 0) {
        if (number % 2 == 0) {
          throw new OutOfMemoryError("unable to create native thread: on purpose");
        }
        throw new RejectedExecutionException("on purpose");
      }
      pool.execute(task);
    }
  }
}
