package io.github.grpcuds.it;

import static io.github.grpcuds.it.AttackService.ints;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Background;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * All attacks of the other tests, several at a time and in random order, beside good clients that
 * call in every way, ours and grpc-netty's: none of their calls is lost, changed or doubled, and in
 * the end all is given back.
 *
 * <p>-Dgrpcuds.mixed.seconds says for how long, -Dgrpcuds.mixed.seed with what.
 */
@Tag("long")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class MixedAttackTest {
  private static final int SECONDS = Integer.getInteger("grpcuds.mixed.seconds", 15);
  private static final long SEED = Long.getLong("grpcuds.mixed.seed", System.nanoTime());
  private static final int ATTACKERS = 4; // each with one connection or many
  private static final int GOOD = 3;
  private static final double SHORTEST = 0.1; // of the time that an attack has by itself
  private static final long MAX_LEFT = 32 << 20;
  private static final long RECOVERY_MILLIS = 5000;

  @RegisterExtension final NettyClients netty = new NettyClients();

  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger nettyCalls = new AtomicInteger();
  private final AtomicInteger attacks = new AtomicInteger();
  private long end; // nanoTime

  @Test
  void noCallOfAGoodClientIsLost() throws Exception {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    List<Siege.Plan> plans = plans();
    try (AttackedServer server = AttackedServer.start("-Xmx256m")) {
      ServerStats before = server.stats();
      end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
      List<Background<Void>> all = new ArrayList<>();
      for (int i = 0; i < GOOD; i++) {
        Random own = new Random(random.nextLong());
        all.add(Background.start("good client " + i, () -> callOn(server, own)));
      }
      if (NettyClients.unusable() == null) {
        Random own = new Random(random.nextLong());
        ManagedChannel channel = netty.channel(server.path());
        callInEveryKind(channel, own); // connects: it does not wait for room in a full backlog
        all.add(Background.start("grpc-netty's client", () -> callOn(channel, own)));
      }
      for (int i = 0; i < ATTACKERS; i++) {
        Random own = new Random(random.nextLong());
        all.add(Background.start("attacker " + i, () -> attackOn(server, plans, own)));
      }
      TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
      for (Background<Void> one : all) {
        one.result();
      }
      netty.close();
      ServerStats after = server.awaitLike(before, MAX_LEFT, RECOVERY_MILLIS);
      System.out.printf(
          "mixed | %d s | %d calls | %d of grpc-netty's client | %d attacks of %d kinds | %s%n",
          SECONDS, calls.get(), nettyCalls.get(), attacks.get(), plans.size(), after);
      assertTrue(calls.get() > 0 && attacks.get() > 0, "nobody has done anything");
      assertTrue(after.isLike(before, MAX_LEFT), () -> after + "; before: " + before);
      assertEquals("true", server.shutDown());
    }
  }

  private static List<Siege.Plan> plans() throws ReflectiveOperationException {
    List<Siege.Plan> plans = new ArrayList<>();
    for (AttackTestBase test :
        Arrays.asList(
            new FloodAttackTest(),
            new HeaderAttackTest(),
            new SilenceAttackTest(),
            new DawdlingAttackTest(),
            new UnreadAttackTest())) {
      plans.addAll(test.plans().values());
    }
    return plans;
  }

  private Void attackOn(AttackedServer server, List<Siege.Plan> plans, Random random)
      throws Exception {
    while (System.nanoTime() - end < 0) {
      try (Siege siege = new Siege(server.path(), SHORTEST + random.nextDouble())) {
        siege.follow(plans.get(random.nextInt(plans.size())));
        attacks.addAndGet(siege.failure() == null ? 1 : 0);
      }
    }
    return null;
  }

  private Void callOn(ManagedChannel channel, Random random) throws Exception {
    while (System.nanoTime() - end < 0) {
      callInEveryKind(channel, random);
      nettyCalls.addAndGet(4);
    }
    return null;
  }

  private Void callOn(AttackedServer server, Random random) throws Exception {
    ManagedChannel channel = server.channel();
    try {
      while (System.nanoTime() - end < 0) {
        callInEveryKind(channel, random);
        calls.addAndGet(4);
        if (random.nextInt(20) == 0) {
          channel.shutdown();
          channel = server.channel();
        }
      }
    } finally {
      channel.shutdownNow();
    }
    return null;
  }

  private static void callInEveryKind(Channel channel, Random random) throws InterruptedException {
    byte[] message = ByteEcho.random(random.nextInt(20_000));
    int count = random.nextInt(30);
    assertArrayEquals(
        message,
        ClientCalls.blockingUnaryCall(channel, AttackService.ECHO, ByteEcho.within(60), message));

    Recorder<byte[]> counted = new Recorder<>();
    send(
        ClientCalls.asyncClientStreamingCall(
            channel.newCall(AttackService.COUNT, ByteEcho.within(60)), counted),
        message,
        count);
    assertEquals(Status.OK, counted.status());
    assertArrayEquals(ints(count), counted.next());

    Recorder<byte[]> answers = new Recorder<>();
    send(
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(AttackService.CHAT, ByteEcho.within(60)), answers),
        message,
        count);
    assertEquals(Status.OK, answers.status());
    assertEquals(count, answers.values().size());
    for (byte[] answer : answers.values()) {
      assertArrayEquals(message, answer);
    }

    Recorder<byte[]> stream = new Recorder<>();
    ClientCalls.asyncServerStreamingCall(
        channel.newCall(AttackService.POLITE, ByteEcho.within(60)), ints(1 + count, 1000), stream);
    assertEquals(Status.OK, stream.status());
    assertEquals(1 + count, stream.values().size());
  }

  private static void send(StreamObserver<byte[]> requests, byte[] message, int count) {
    for (int i = 0; i < count; i++) {
      requests.onNext(message);
    }
    requests.onCompleted();
  }
}
