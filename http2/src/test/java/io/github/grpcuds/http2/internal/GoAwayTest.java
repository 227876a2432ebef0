package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** GOAWAY in its forms (RFC 9113, section 6.8). */
final class GoAwayTest {
  private final TestPeer peer = TestPeer.established();

  @Test
  void aDrainFinishesWhatIsOpen() {
    peer.send(peer.request(1, true));
    peer.connection.goAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR, "");
    peer.send(peer.request(3, true));
    peer.connection.goAway(peer.connection.lastStreamId(), ErrorCode.NO_ERROR, "bye");
    peer.respond(1, 1);
    peer.respond(3, 1);
    assertEquals(
        "GOAWAY 0 2147483647 NO_ERROR, GOAWAY 0 3 NO_ERROR, "
            + "HEADERS 1 [:status: 200], DATA 1 1, HEADERS 1 end [grpc-status: 0], "
            + "HEADERS 3 [:status: 200], DATA 3 1, HEADERS 3 end [grpc-status: 0]",
        peer.answers());
  }

  @Test
  void laterStreamsAreIgnoredWithAllTheirFrames() {
    peer.send(peer.request(1, false));
    peer.connection.goAway(1, ErrorCode.NO_ERROR, "");
    peer.send(peer.request(3, false, "x-new", "1"), TestFrames.data(3, 100, false));
    peer.send(peer.fields(3, true, "a", "b"), TestFrames.windowUpdate(3, 1));
    peer.send(peer.request(5, false), TestFrames.reset(5, ErrorCode.CANCEL));
    peer.send(peer.fields(1, true, "x-new", "1"));
    assertEquals("GOAWAY 0 1 NO_ERROR", peer.answers());
    assertEquals("request 1, data 1 0 end", peer.owner.take());
  }

  @Test
  void theLastStreamNeverGrows() {
    peer.send(peer.request(1, false), peer.request(3, false));
    peer.connection.goAway(1, ErrorCode.NO_ERROR, "");
    peer.connection.goAway(3, ErrorCode.NO_ERROR, "");
    peer.send(peer.request(5, false), TestFrames.windowUpdate(0, 0));
    assertEquals(
        "GOAWAY 0 1 NO_ERROR, GOAWAY 0 1 NO_ERROR, GOAWAY 0 1 PROTOCOL_ERROR", peer.answers());
  }
}
