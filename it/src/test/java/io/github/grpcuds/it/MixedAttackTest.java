package io.github.grpcuds.it;

import static io.github.grpcuds.it.AttackService.ints;
import static io.github.grpcuds.it.RawFrames.call;
import static io.github.grpcuds.it.RawFrames.frame;
import static io.github.grpcuds.it.RawFrames.join;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Background;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Attackers of many kinds, several at a time and in random order, beside good clients that call in
 * every way: none of their calls is lost, changed or doubled, and in the end all is given back.
 *
 * <p>-Dgrpcuds.mixed.seconds says for how long, -Dgrpcuds.mixed.seed with what.
 */
@Tag("long")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class MixedAttackTest {
  private static final int SECONDS = Integer.getInteger("grpcuds.mixed.seconds", 15);
  private static final long SEED = Long.getLong("grpcuds.mixed.seed", System.nanoTime());
  private static final int ATTACKERS = 4; // each with several connections
  private static final int GOOD = 3;
  private static final long MAX_LEFT = 32 << 20;
  private static final long RECOVERY_MILLIS = 5000;

  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger attacks = new AtomicInteger();
  private final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);

  /** What an attacker does to a new connection, which may be cut off at any time. */
  private interface Attack {
    void run(RawAttacker attacker, Random random) throws IOException, InterruptedException;
  }

  private static final Attack[] ATTACKS = {
    (attacker, random) -> attacker.write(join(RawFrames.bytes(random.nextInt()), new byte[100])),
    (attacker, random) -> { // half a preface, or nothing
      attacker.write(RawFrames.PREFACE, 0, random.nextInt(24));
      Thread.sleep(random.nextInt(100));
    },
    (attacker, random) -> // rapid reset
    flood(
            attacker.read().greet(),
            new StreamTemplate(
                1, 100, join(call(1, AttackService.path(AttackService.ECHO)), RawFrames.reset(1)))),
    (attacker, random) ->
        flood(attacker.greet(), frame(Http2Frame.PING, 0, 0, new byte[8]), 20_000),
    (attacker, random) -> flood(attacker.read().greet(), RawFrames.settings(), 20_000),
    (attacker, random) -> flood(attacker.read().greet(), RawFrames.windowUpdate(0, 1), 20_000),
    (attacker, random) -> { // half a header block
      attacker.read().greet();
      attacker.write(frame(Http2Frame.HEADERS, 0, 1, new byte[1 + random.nextInt(16_000)]));
      Thread.sleep(random.nextInt(200));
    },
    (attacker, random) -> { // unfinished messages
      attacker.read().greet();
      for (int stream = 1; stream < 8; stream += 2) {
        attacker.write(call(stream, AttackService.path(AttackService.COUNT)));
        attacker.write(
            frame(
                Http2Frame.DATA,
                0,
                stream,
                join(new byte[1], RawFrames.bytes(4 << 20), new byte[10_000])));
      }
      Thread.sleep(random.nextInt(200));
    },
    (attacker, random) -> { // replies that are not read
      attacker.greet(Http2Frame.INITIAL_WINDOW_SIZE, RawFrames.MAX_WINDOW);
      byte[] one = call(1, AttackService.path(AttackService.REPLY), ints(100_000));
      attacker.write(new StreamTemplate(1, 100, one).next());
      Thread.sleep(random.nextInt(200));
    },
    (attacker, random) -> { // window 0
      attacker.read().greet(Http2Frame.INITIAL_WINDOW_SIZE, 0);
      byte[] one = call(1, AttackService.path(AttackService.REPLY), ints(1 << 20));
      attacker.write(new StreamTemplate(1, 14, one).next());
      Thread.sleep(random.nextInt(200));
    },
    (attacker, random) -> // connects, calls and leaves
    attacker.greet().write(call(1, AttackService.path(AttackService.ECHO), new byte[100])),
  };

  private static void flood(RawAttacker attacker, byte[] bytes, int times) throws IOException {
    byte[] many = RawFrames.times(100, bytes);
    for (int i = 0; i < times / 100; i++) {
      attacker.write(many);
    }
  }

  private static void flood(RawAttacker attacker, StreamTemplate frames) throws IOException {
    for (int i = 0; i < 100; i++) {
      attacker.write(frames.next());
    }
  }

  @Test
  void noCallOfAGoodClientIsLost() throws Exception {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    try (AttackedServer server = AttackedServer.start("-Xmx256m")) {
      ServerStats before = server.stats();
      List<Background<Void>> all = new ArrayList<>();
      for (int i = 0; i < GOOD; i++) {
        Random own = new Random(random.nextLong());
        all.add(Background.start("good client " + i, () -> callOn(server, own)));
      }
      for (int i = 0; i < ATTACKERS; i++) {
        Random own = new Random(random.nextLong());
        all.add(Background.start("attacker " + i, () -> attackOn(server, own)));
      }
      TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
      for (Background<Void> one : all) {
        one.result();
      }
      ServerStats after = server.awaitLike(before, MAX_LEFT, RECOVERY_MILLIS);
      System.out.println(
          "mixed | " + SECONDS + " s | " + calls + " calls | " + attacks + " attacks | " + after);
      assertTrue(after.isLike(before, MAX_LEFT), () -> after + "; before: " + before);
      assertEquals("true", server.shutDown());
    }
  }

  private Void attackOn(AttackedServer server, Random random) throws Exception {
    while (System.nanoTime() - end < 0) {
      Attack attack = ATTACKS[random.nextInt(ATTACKS.length)];
      List<RawAttacker> attackers = new ArrayList<>();
      try {
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
          RawAttacker attacker = new RawAttacker(server.path());
          attackers.add(attacker);
          attack.run(attacker, random);
        }
      } catch (IOException e) {
        // it was cut off
      } finally {
        attackers.forEach(RawAttacker::close);
        attacks.incrementAndGet();
      }
    }
    return null;
  }

  private Void callOn(AttackedServer server, Random random) throws Exception {
    ManagedChannel channel = server.channel();
    try {
      while (System.nanoTime() - end < 0) {
        callInEveryKind(channel, ByteEcho.random(random.nextInt(20_000)), random.nextInt(30));
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

  private static void callInEveryKind(Channel channel, byte[] message, int count)
      throws InterruptedException {
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
