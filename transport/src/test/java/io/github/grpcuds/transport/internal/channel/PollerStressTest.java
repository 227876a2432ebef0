package io.github.grpcuds.transport.internal.channel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.backend.Listeners;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Adds, removes, pauses and closes at any moment, from many threads. Every connection carries
 * nothing but its own number, so that a callback that reads from another one is seen, and each
 * thread waits until its numbers were received, so that a lost wake-up is seen.
 *
 * <p>Takes two seconds for each kind, or as many as the system property {@code
 * grpcuds.poller.stress.seconds} says.
 */
public abstract class PollerStressTest extends BackendTest {
  private static final long SECONDS = Long.getLong("grpcuds.poller.stress.seconds", 2);
  private static final int THREADS = 4;
  private static final int BACKLOG = 128;
  private static final int ENOUGH_ROUNDS = 200;

  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong rounds = new AtomicLong();
  private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
  private UdsListener listener;
  private UdsAddress address;
  private Poller poller;

  public PollerStressTest(String backend) {
    super(backend);
  }

  public abstract Poller open(UdsListener listener) throws IOException;

  @Test
  void everyCallbackIsForItsOwnConnectionAndNoneIsMissed() throws Exception {
    address = at(dir.resolve("s"));
    listener = closing(Listeners.listen(address, SocketFileOptions.defaults(), BACKLOG));
    poller = closing(open(listener));
    PollerTest.Loop loop = new PollerTest.Loop(poller);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    List<Background<Void>> owners = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      owners.add(
          Background.start(
              "owner " + i,
              () -> {
                while (System.nanoTime() - end < 0 && faults.isEmpty()) {
                  runRound();
                  rounds.incrementAndGet();
                }
                return null;
              }));
    }
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    for (Background<Void> owner : owners) {
      owner.result();
    }
    loop.stop();
    for (Throwable fault : faults) {
      throw new AssertionError(faults.size() + " faults, the first: " + fault, fault);
    }
    assertTrue(rounds.get() > ENOUGH_ROUNDS, "only " + rounds + " rounds");
  }

  private void runRound() throws Exception {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    Connection c = connect();
    poller.add(c.server, c);
    for (int i = random.nextInt(4); i >= 0; i--) {
      c.send();
      change(c, random.nextInt(4));
      if (random.nextInt(3) > 0) {
        c.awaitReceived();
      }
    }
    c.closed = true;
    boolean clientFirst = random.nextBoolean();
    if (clientFirst) {
      c.client.close();
    }
    if (random.nextInt(4) > 0) {
      poller.remove(c.server);
    }
    c.server.close();
    if (!clientFirst) {
      c.client.close();
    }
    if (random.nextBoolean()) {
      poller.remove(c.server); // late or again
    }
  }

  private void change(Connection c, int how) throws IOException {
    switch (how) {
      case 0:
        poller.setInterest(c.server, false, false);
        poller.setInterest(c.server, true, false);
        break;
      case 1:
        poller.setInterest(c.server, true, true); // until it is writable
        break;
      case 2:
        poller.remove(c.server);
        poller.add(c.server, c);
        break;
      default:
        poller.wakeup();
    }
  }

  private synchronized Connection connect() throws IOException {
    UdsChannel client = Backends.named(backendName()).connect(address);
    return new Connection(client, listener.accept(), numbers.incrementAndGet());
  }

  private final class Connection implements Poller.Ready {
    final UdsChannel client;
    final UdsChannel server;
    private final long number;
    private long sent;
    private final AtomicLong received = new AtomicLong();
    volatile boolean closed;

    Connection(UdsChannel client, UdsChannel server, long number) {
      this.client = client;
      this.server = server;
      this.number = number;
    }

    void send() throws IOException {
      sent += client.write(ByteBuffer.allocate(Long.BYTES).putLong(number).array(), 0, Long.BYTES);
    }

    void awaitReceived() {
      Deadline deadline = Deadline.start();
      while (received.get() < sent && faults.isEmpty()) {
        deadline.check(() -> "received " + received + " of " + sent);
        LockSupport.parkNanos(10_000);
      }
    }

    @Override
    public void ready(boolean readable, boolean writable) {
      try {
        if (writable) {
          poller.setInterest(server, true, false);
        }
        if (readable) {
          receive();
        }
      } catch (IOException e) {
        if (!closed) {
          faults.add(e);
        }
      } catch (Throwable e) {
        faults.add(e);
      }
    }

    private void receive() throws IOException {
      byte[] bytes = new byte[Long.BYTES];
      int count = server.read(bytes, 0, bytes.length);
      if (count > 0) {
        long read = ByteBuffer.wrap(bytes).getLong();
        if (count != Long.BYTES || read != number) {
          throw new AssertionError(number + " received " + count + " bytes of " + read);
        }
        received.addAndGet(count);
      } else if (!closed) {
        throw new AssertionError(number + " was called for nothing: " + count);
      }
    }
  }
}
