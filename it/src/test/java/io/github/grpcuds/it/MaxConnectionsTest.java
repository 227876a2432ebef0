package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MaxConnectionsTest {
  private static final byte[] MESSAGE = ByteEcho.random(100);

  @RegisterExtension final Sockets sockets = new Sockets();
  @RegisterExtension final OffenderLines log = new OffenderLines();

  private final Counter counter = new Counter();
  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("s");
  }

  private UdsServerBuilder server(int connections) {
    return UdsServerBuilder.forPath(path)
        .maxConnections(connections)
        .addTransportFilter(counter)
        .addService(new ByteEcho());
  }

  /** How many connections speak, and the most that ever did. */
  private static final class Counter extends ServerTransportFilter {
    final AtomicInteger most = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();

    @Override
    public Attributes transportReady(Attributes attributes) {
      most.accumulateAndGet(open.incrementAndGet(), Math::max);
      return attributes;
    }

    @Override
    public void transportTerminated(Attributes attributes) {
      open.decrementAndGet();
    }
  }

  private Socket silentClient() throws Exception {
    return new UdsSocketFactory(UdsAddress.ofPath(path)).createSocket("ignored", 0);
  }

  @Test
  void oneMoreWaitsUntilAnotherHasEnded() throws Exception {
    sockets.start(server(2));
    ManagedChannel first = sockets.channel(path);
    ManagedChannel second = sockets.channel(path);
    ByteEcho.echo(first, MESSAGE);
    ByteEcho.echo(second, MESSAGE);
    ManagedChannel third = sockets.channel(path);
    Recorder<byte[]> answer = new Recorder<>();
    ClientCalls.asyncUnaryCall(third.newCall(ByteEcho.ECHO, ByteEcho.within(60)), MESSAGE, answer);
    for (int i = 0; i < 100; i++) {
      assertArrayEquals(MESSAGE, ByteEcho.echo(first, MESSAGE));
    }
    assertEquals(2, counter.most.get());
    second.shutdownNow();
    assertEquals(Status.OK, answer.status());
    assertEquals(2, counter.most.get());
  }

  @Test
  void silentClientsTakePlacesUntilTheirHandshakeTimesOut() throws Exception {
    sockets.start(server(3).handshakeTimeout(300, TimeUnit.MILLISECONDS));
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 9; i++) {
        silent.add(silentClient());
      }
      assertArrayEquals(MESSAGE, ByteEcho.echo(sockets.channel(path), MESSAGE));
    } finally {
      for (Socket client : silent) {
        client.close();
      }
    }
  }

  @Test
  void refusedConnectionsTakeNoPlace() throws Exception {
    Server refusing = sockets.start(server(1).peerPolicy(PeerPolicy.uid(54321)));
    for (int i = 0; i < 10; i++) {
      try (Socket client = silentClient()) {
        client.setSoTimeout(60_000);
        assertEquals(-1, client.getInputStream().read());
      }
    }
    assertEquals(0, counter.most.get());
    assertFalse(refusing.isShutdown());
  }

  /** Connections come and end all the time, so that many end just while accepting stops. */
  @Test
  void manyShortConnectionsNeverStopIt() throws Exception {
    sockets.start(server(2));
    List<Thread> clients = new ArrayList<>();
    AtomicInteger served = new AtomicInteger();
    int rounds = 50;
    for (int i = 0; i < 6; i++) {
      Thread client =
          new Thread(
              () -> {
                for (int n = 0; n < rounds; n++) {
                  ManagedChannel channel = UdsChannelBuilder.forPath(path).build();
                  try {
                    ByteEcho.echo(channel, MESSAGE);
                    served.incrementAndGet();
                  } finally {
                    channel.shutdownNow();
                  }
                }
              });
      client.start();
      clients.add(client);
    }
    for (Thread client : clients) {
      client.join(TimeUnit.SECONDS.toMillis(60));
    }
    assertEquals(clients.size() * rounds, served.get());
    assertTrue(counter.most.get() <= 2, () -> "connections at a time: " + counter.most.get());
  }

  @Test
  void fullServerShutsDownAndLeavesNothing() throws Exception {
    Server full = sockets.start(server(1));
    ByteEcho.echo(sockets.channel(path), MESSAGE);
    ManagedChannel waiting = sockets.channel(path);
    waiting.getState(true);
    full.shutdownNow();
    assertTrue(full.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
  }

  private static Status failure(ManagedChannel channel) {
    return assertThrows(StatusRuntimeException.class, () -> ByteEcho.echo(channel, MESSAGE))
        .getStatus();
  }

  /** At once: a call that hung would end with DEADLINE_EXCEEDED. */
  @Test
  void oneMoreIsRefusedIfTheServerIsToldTo() throws Exception {
    sockets.start(server(1).refuseFurtherConnections());
    ManagedChannel first = sockets.channel(path);
    ByteEcho.echo(first, MESSAGE);
    Status status = failure(sockets.channel(path));
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
    String line = log.next();
    String start =
        "Refused a connection to unix:" + path + ": all 1 of maxConnections are taken, peer ";
    assertTrue(line.startsWith(start), line);
    assertTrue(line.contains(" uid="), line);
    assertArrayEquals(MESSAGE, ByteEcho.echo(first, MESSAGE));
    assertEquals(1, counter.most.get());
  }

  @Test
  void refusedClientThatWaitsIsServedWhenThereIsRoom() throws Exception {
    sockets.start(server(1).refuseFurtherConnections());
    ManagedChannel first = sockets.channel(path);
    ByteEcho.echo(first, MESSAGE);
    Recorder<byte[]> answer = new Recorder<>();
    CallOptions waiting = ByteEcho.within(60).withWaitForReady();
    ClientCalls.asyncUnaryCall(
        sockets.channel(path).newCall(ByteEcho.ECHO, waiting), MESSAGE, answer);
    log.next();
    first.shutdownNow();
    assertEquals(Status.OK, answer.status());
    assertEquals(1, counter.most.get());
  }

  @Test
  void policyIsAskedBeforeTheRoom() throws Exception {
    sockets.start(server(1).refuseFurtherConnections().peerPolicy(PeerPolicy.uid(54321)));
    assertEquals(Status.Code.UNAVAILABLE, failure(sockets.channel(path)).getCode());
    assertTrue(log.next().endsWith(" is not uid 54321"));
  }

  @Test
  void floodOfRefusedConnectionsLeavesTheOthersServed() throws Exception {
    sockets.start(server(1).refuseFurtherConnections());
    ManagedChannel first = sockets.channel(path);
    ByteEcho.echo(first, MESSAGE);
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger refused = new AtomicInteger();
    List<Thread> flooders = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread flooder =
          new Thread(
              () -> {
                while (!done.get()) {
                  try (Socket client = silentClient()) {
                    client.setSoTimeout(60_000);
                    if (client.getInputStream().read() == -1) {
                      refused.incrementAndGet();
                    }
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                }
              });
      flooder.start();
      flooders.add(flooder);
    }
    int served = 0;
    long start = System.nanoTime();
    Deadline deadline = Deadline.start();
    while ((refused.get() < 2000 || served < 100) && !deadline.isPast()) {
      assertArrayEquals(MESSAGE, ByteEcho.echo(first, MESSAGE));
      served++;
    }
    done.set(true);
    for (Thread flooder : flooders) {
      flooder.join(TimeUnit.SECONDS.toMillis(Deadline.SECONDS));
    }
    assertTrue(refused.get() >= 2000 && served >= 100, refused + " refused, " + served + " served");
    assertEquals(1, counter.most.get());
    log.next();
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
    assertTrue(log.count() <= 2 + seconds / 10, () -> log.count() + " lines in " + seconds + " s");
  }
}
