package io.github.grpcuds.it;

import static io.github.grpcuds.it.RawFrames.PREFACE;
import static io.github.grpcuds.it.RawFrames.join;
import static io.github.grpcuds.it.RawFrames.settings;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Clients that the handshake time-out ends: it is short here. */
class SilenceAttackTest extends AttackTestBase {
  static final int CONNECTIONS = 100;

  @Override
  AttackedServer newServer() throws Exception {
    return AttackedServer.start("-Xmx256m", AttackServer.Option.HANDSHAKE_SECONDS.flag(1));
  }

  /** With or without GOAWAY. */
  private static final Expectation CUT = Expectation.cutOff();

  /** Many connections that write this and no more. */
  static Siege.Plan silenceAfter(byte[]... written) {
    byte[] bytes = join(written);
    return siege -> {
      for (int i = 0; i < CONNECTIONS; i++) {
        siege.connect().read().write(bytes);
      }
      siege.hold();
    };
  }

  /** Cut by the handshake time-out. */
  @Test
  void silenceAfterConnect() throws Exception {
    attack("silent after connect", CUT, silenceAfter());
  }

  /** Cut by the handshake time-out. */
  @Test
  void silenceAfterHalfOfThePreface() throws Exception {
    attack("silent after half a preface", CUT, silenceAfter(Arrays.copyOf(PREFACE, 12)));
  }

  /** Cut by the handshake time-out: SETTINGS are part of the preface (RFC 9113, section 3.4). */
  @Test
  void silenceAfterThePreface() throws Exception {
    attack("silent after the preface", CUT, silenceAfter(PREFACE));
  }

  @Test
  void silenceAfterHalfOfTheSettings() throws Exception {
    byte[] settings = settings(Http2Frame.INITIAL_WINDOW_SIZE, 1);
    attack(
        "silent after half the SETTINGS",
        CUT,
        silenceAfter(PREFACE, Arrays.copyOf(settings, settings.length - 3)));
  }

  /** Twenty-four bytes and their SETTINGS, slower than the handshake time-out. */
  @Test
  void prefaceByteByByte() throws Exception {
    byte[] bytes = join(PREFACE, settings());
    attack(
        "preface byte by byte",
        CUT,
        siege -> {
          RawAttacker attacker = siege.connect().read();
          for (int i = 0; i < bytes.length && siege.goesOn(); i++) {
            attacker.write(bytes, i, 1);
            Thread.sleep(Siege.SECONDS * 1000L / bytes.length);
          }
          siege.hold();
        });
  }
}
