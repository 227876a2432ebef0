package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ClosedStreamsTest {
  private final ClosedStreams closed = new ClosedStreams();

  @Test
  void theLast256AreRememberedWithWhoEndedThem() {
    for (int id = 1; id < 1601; id += 2) {
      closed.add(id, id % 3 == 0);
      for (int last = 1; last <= id; last += 2) {
        boolean kept = last > id - 2 * Math.min(256, (id + 1) / 2);
        assertEquals(kept && last % 3 == 0, closed.wasEndedByPeer(last), last + " of " + id);
        assertEquals(kept && last % 3 != 0, closed.wasEndedHere(last), last + " of " + id);
      }
    }
  }

  @Test
  void thePeerMayEndAStreamAfterThisSide() {
    closed.add(1, false);
    assertTrue(closed.endByPeer(1));
    assertTrue(closed.wasEndedByPeer(1));
    assertFalse(closed.wasEndedHere(1));
    assertFalse(closed.endByPeer(1));
    assertFalse(closed.endByPeer(3));
  }

  @Test
  void aResetByThePeerIsRememberedAsLongAsItsStream() {
    closed.add(1, false);
    closed.add(3, true);
    assertFalse(closed.wasResetByPeer(1));
    assertTrue(closed.resetByPeer(1));
    assertTrue(closed.resetByPeer(3));
    assertTrue(closed.wasResetByPeer(1));
    assertFalse(closed.wasResetByPeer(3));
    assertFalse(closed.resetByPeer(1));
    assertFalse(closed.resetByPeer(5));
    for (int id = 5; id < 1024; id += 2) {
      closed.add(id, false);
      assertFalse(closed.wasResetByPeer(id));
    }
    assertFalse(closed.wasResetByPeer(1));
  }
}
