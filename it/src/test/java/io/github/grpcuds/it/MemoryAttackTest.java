package io.github.grpcuds.it;

import static io.github.grpcuds.it.AttackService.ints;
import static io.github.grpcuds.it.Http2Frame.DATA;
import static io.github.grpcuds.it.Http2Frame.HEADERS;
import static io.github.grpcuds.it.Http2Frame.INITIAL_WINDOW_SIZE;
import static io.github.grpcuds.it.RawFrames.frame;
import static io.github.grpcuds.it.RawFrames.join;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Clients that keep within what each may hold, but are many: together they ask for more than the
 * server's heap has. Whoever calls beside them is served all the while, and all is as before once
 * they have gone.
 */
@Tag("long")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MemoryAttackTest {
  private static final int MESSAGE = 4 << 20; // the largest there may be
  private static final int LARGE = 1 << 20;
  private static final long MAX_LEFT =
      32 << 20; // in pools, and what no collection has looked at yet
  private static final long RECOVERY_MILLIS = 5000;
  private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(1000);

  private AttackedServer server;

  @BeforeAll
  void start() throws Exception {
    server = AttackedServer.start("-Xmx128m", "-XX:+ExitOnOutOfMemoryError");
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
  }

  /** What one connection of an attack does; it may be cut off at any time. */
  private interface Plan {
    void run(RawAttacker attacker) throws IOException, InterruptedException;
  }

  private void attack(int connections, Plan plan, int... settings) throws Exception {
    ServerStats before = server.stats();
    List<RawAttacker> attackers = new ArrayList<>();
    try (Victim victim = new Victim(server)) {
      for (int i = 0; i < connections; i++) {
        attackers.add(begin(plan, settings));
      }
      long end = System.nanoTime() + HOLD_NANOS;
      while (System.nanoTime() < end) {
        Thread.sleep(20);
      }
      victim.stop();
      assertNull(victim.failure(), () -> "during the attack; the server says " + server.log());
    } finally {
      attackers.forEach(RawAttacker::close);
    }
    ServerStats after = server.awaitLike(before, MAX_LEFT, RECOVERY_MILLIS);
    assertTrue(after.isLike(before, MAX_LEFT), () -> "before " + before + ", after " + after);
    ManagedChannel channel = server.channel();
    assertEquals(32, AttackedServer.echo(channel, new byte[32]).length);
    channel.shutdownNow();
  }

  private RawAttacker begin(Plan plan, int... settings) throws Exception {
    RawAttacker attacker = new RawAttacker(server.path());
    Thread thread =
        new Thread(
            () -> {
              try {
                attacker.read().greet(settings).awaitSettings();
                plan.run(attacker);
              } catch (IOException | InterruptedException e) {
                // it was cut off
              }
            },
            "attacker");
    thread.setDaemon(true);
    thread.start();
    return attacker;
  }

  @Test
  void unfinishedMessages() throws Exception {
    attack(
        16,
        attacker -> {
          byte[] prefix = join(new byte[1], RawFrames.bytes(MESSAGE));
          for (int stream = 1; stream < 8; stream += 2) {
            attacker.write(RawFrames.call(stream, AttackService.path(AttackService.COUNT)));
            send(attacker, stream, prefix);
          }
          byte[] part = new byte[16_384];
          for (int sent = 0; sent < MESSAGE - part.length; sent += part.length) {
            for (int stream = 1; stream < 8; stream += 2) {
              send(attacker, stream, part);
            }
          }
        });
  }

  private static void send(RawAttacker attacker, int stream, byte[] bytes)
      throws IOException, InterruptedException {
    while (!attacker.takeCredit(stream, bytes.length)) {
      Thread.sleep(1);
    }
    attacker.write(frame(DATA, 0, stream, bytes));
  }

  @Test
  void openHeaderBlocks() throws Exception {
    attack(
        2500,
        attacker -> {
          attacker.write(frame(HEADERS, 0, 1, new byte[16_000]));
          for (int i = 0; i < 2; i++) {
            attacker.write(frame(Http2Frame.CONTINUATION, 0, 1, new byte[16_000]));
          }
          attacker.write(frame(Http2Frame.CONTINUATION, 0, 1, new byte[10_000]));
        });
  }

  @Test
  void unaryCallsThatAreNeverHalfClosed() throws Exception {
    attack(
        1,
        attacker -> {
          byte[] message = RawFrames.message(new byte[MESSAGE - 5]);
          for (int stream = 1; stream < 100; stream += 2) {
            attacker.write(RawFrames.call(stream, AttackService.path(AttackService.ECHO)));
            for (int at = 0; at < message.length; at += 16_384) {
              byte[] part =
                  java.util.Arrays.copyOfRange(message, at, Math.min(message.length, at + 16_384));
              send(attacker, stream, part);
            }
          }
        });
  }

  @Test
  void unreadReplies() throws Exception {
    byte[] call = RawFrames.call(1, AttackService.path(AttackService.REPLY), ints(LARGE));
    attack(
        24,
        attacker -> attacker.write(new StreamTemplate(1, 14, call).next()),
        INITIAL_WINDOW_SIZE,
        0);
  }
}
