package io.github.grpcuds.it;

import static io.github.grpcuds.it.Http2Frame.DATA;
import static io.github.grpcuds.it.Http2Frame.HEADERS;
import static io.github.grpcuds.it.RawFrames.PREFACE;
import static io.github.grpcuds.it.RawFrames.frame;
import static io.github.grpcuds.it.RawFrames.settings;
import static io.github.grpcuds.it.RawFrames.times;
import static io.github.grpcuds.it.SilenceAttackTest.CONNECTIONS;
import static io.github.grpcuds.it.SilenceAttackTest.silenceAfter;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Clients that stop half-way after the handshake, dawdle, or speak something else. */
class DawdlingAttackTest extends AttackTestBase {
  private static final String ECHO = AttackService.path(AttackService.ECHO);
  private static final String COUNT = AttackService.path(AttackService.COUNT);

  /** With or without GOAWAY. */
  private static final Expectation CUT = Expectation.cutOff();

  @Test
  void silenceAfterSettings() throws Exception {
    attack("silent after SETTINGS", Expectation.LIVES, silenceAfter(PREFACE, settings()));
  }

  @Test
  void silenceAfterHalfAFrameHeader() throws Exception {
    attack(
        "silent after half a frame header",
        Expectation.BOUNDED,
        silenceAfter(PREFACE, settings(), new byte[5]));
  }

  @Test
  void silenceAfterHalfAHeaderBlock() throws Exception {
    attack(
        "silent after half a header block",
        Expectation.BOUNDED,
        silenceAfter(PREFACE, settings(), frame(HEADERS, 0, 1, RawFrames.callHeaders(ECHO))));
  }

  @Test
  void silenceAfterHalfAHeadersFrame() throws Exception {
    byte[] call = RawFrames.call(1, ECHO);
    attack(
        "silent after half a HEADERS frame",
        Expectation.BOUNDED,
        silenceAfter(PREFACE, settings(), Arrays.copyOf(call, call.length / 2)));
  }

  @Test
  void silenceAfterHalfADataFrame() throws Exception {
    byte[] data = frame(DATA, 0, 1, new byte[10_000]);
    attack(
        "silent after half a DATA frame",
        Expectation.BOUNDED,
        silenceAfter(PREFACE, settings(), RawFrames.call(1, COUNT), Arrays.copyOf(data, 5000)));
  }

  /** Slow, and yet a good client: its calls are answered. */
  @Test
  void callsByteByByte() throws Exception {
    AtomicLong answered = new AtomicLong();
    attack(
        "calls byte by byte",
        Expectation.LIVES,
        siege -> {
          RawAttacker attacker = siege.connectAndRead();
          attacker.awaitSettings();
          attacker.write(RawFrames.windowUpdate(0, RawFrames.MAX_WINDOW - 65_535));
          for (int stream = 1; siege.goesOn(); stream += 2) {
            byte[] call = RawFrames.call(stream, ECHO, new byte[50]);
            for (int i = 0; i < call.length && siege.goesOn(); i++) {
              attacker.write(call, i, 1);
            }
            answered.set(attacker.dataBytes.get());
          }
        });
    assertTrue(answered.get() > 0, "no call was answered");
  }

  @Test
  void manyClientsByteByByte() throws Exception {
    attack("100 clients byte by byte", Expectation.LIVES, this::dawdleTogether);
  }

  private void dawdleTogether(Siege siege) throws IOException, InterruptedException {
    RawAttacker[] attackers = new RawAttacker[CONNECTIONS];
    for (int i = 0; i < attackers.length; i++) {
      attackers[i] = siege.connectAndRead();
    }
    for (int stream = 1; siege.goesOn(); stream += 2) {
      byte[] call = RawFrames.call(stream, ECHO, new byte[50]);
      for (int i = 0; i < call.length && siege.goesOn(); i++) {
        for (RawAttacker attacker : attackers) {
          attacker.write(call, i, 1);
        }
        Thread.sleep(1);
      }
    }
  }

  @Test
  void garbage() throws Exception {
    byte[] garbage = ByteEcho.random(100_000);
    attack("garbage", CUT, siege -> siege.flood(siege.connect().read(), garbage));
  }

  @Test
  void garbageAfterSettings() throws Exception {
    byte[] garbage = ByteEcho.random(100_000);
    attack("garbage after SETTINGS", CUT, siege -> siege.flood(siege.connectAndRead(), garbage));
  }

  @Test
  void http1() throws Exception {
    byte[] request =
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    attack("HTTP/1.1 request", CUT, silenceAfter(request));
  }

  @Test
  void http1WithoutEnd() throws Exception {
    byte[] line = "X-Name: value\r\n".getBytes(StandardCharsets.US_ASCII);
    attack("HTTP/1.1, endless", CUT, siege -> siege.flood(siege.connect().read(), times(99, line)));
  }

  @Test
  void tlsOnAPlaintextSocket() throws Exception {
    attack("TLS on a plaintext socket", CUT, silenceAfter(TlsAttackTest.clientHello()));
  }
}
