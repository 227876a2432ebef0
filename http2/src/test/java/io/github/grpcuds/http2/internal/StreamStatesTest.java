package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Frames in all states of a stream (RFC 9113, sections 5.1 and 8.1). */
final class StreamStatesTest {
  private final TestPeer peer = TestPeer.established();

  private static byte[] cancel(int streamId) {
    return TestFrames.reset(streamId, ErrorCode.CANCEL);
  }

  @Test
  void framesOnAnIdleStreamEndTheConnection() {
    for (byte[] frame :
        new byte[][] {
          TestFrames.data(3, 1, true), cancel(3), TestFrames.windowUpdate(3, 1),
          TestFrames.data(2, 1, true), cancel(2), TestFrames.windowUpdate(2, 1)
        }) {
      TestPeer client = TestPeer.established();
      client.send(client.request(1, false), frame);
      assertEquals("GOAWAY 0 1 PROTOCOL_ERROR", client.answers(), "type " + frame[3]);
      assertEquals("request 1, reset 1 PROTOCOL_ERROR, failed PROTOCOL_ERROR", client.owner.take());
    }
  }

  @Test
  void streamsOfClientsAreOddAndGrow() {
    peer.send(peer.request(5, false));
    TestPeer even = TestPeer.established();
    even.send(even.request(2, false));
    assertEquals("GOAWAY 0 0 PROTOCOL_ERROR", even.answers());
    peer.send(peer.request(3, false));
    assertEquals("GOAWAY 0 5 PROTOCOL_ERROR", peer.answers());
  }

  @Test
  void afterItsEndAStreamTakesNeitherDataNorHeaders() {
    peer.send(peer.request(1, true), TestFrames.data(1, 1, false));
    assertEquals("RST_STREAM 1 STREAM_CLOSED", peer.answers());
    peer.send(peer.request(3, true), peer.fields(3, true, "a", "b"));
    assertEquals("RST_STREAM 3 STREAM_CLOSED", peer.answers());
    assertEquals(
        "request 1 end, reset 1 STREAM_CLOSED, request 3 end, reset 3 STREAM_CLOSED",
        peer.owner.take());
  }

  @Test
  void afterItsEndAStreamTakesPriorityWindowUpdatesAndReset() {
    peer.send(peer.request(1, true), TestFrames.priority(1, 0), TestFrames.windowUpdate(1, 9));
    peer.send(cancel(1));
    assertEquals("request 1 end, reset 1 CANCEL", peer.owner.take());
    assertEquals("", peer.answers());
  }

  @Test
  void aCompletedStreamTakesNeitherDataNorHeaders() {
    for (boolean data : new boolean[] {true, false}) {
      TestPeer client = TestPeer.established();
      client.send(client.request(1, true));
      client.respond(1, 0);
      client.take();
      client.send(TestFrames.windowUpdate(1, 9), cancel(1), TestFrames.priority(1, 0));
      assertEquals("", client.answers());
      client.send(data ? TestFrames.data(1, 1, true) : client.fields(1, true, "a", "b"));
      assertEquals("GOAWAY 0 1 STREAM_CLOSED", client.answers());
    }
  }

  /** grpc-okhttp's client does that; its other calls on the connection are to go on. */
  @Test
  void dataAfterAResetOfAStreamThatTheServerEndedEndsNothingElse() {
    peer.send(peer.request(1, false), peer.request(3, false));
    peer.respond(1, 0);
    peer.take();
    peer.send(cancel(1), TestFrames.data(1, 10, false), TestFrames.data(1, 10, true));
    assertEquals("RST_STREAM 1 STREAM_CLOSED, RST_STREAM 1 STREAM_CLOSED", peer.answers());
    peer.respond(3, 0);
    assertTrue(peer.connection.openStreams() == 0 && !peer.connection.isEnded());
  }

  @Test
  void aStreamThatTheClientResetTakesNeitherDataNorHeaders() {
    for (boolean data : new boolean[] {true, false}) {
      TestPeer client = TestPeer.established();
      client.send(client.request(1, false), cancel(1), cancel(1));
      client.send(TestFrames.windowUpdate(1, 9), TestFrames.priority(1, 0));
      assertEquals("", client.answers());
      client.send(data ? TestFrames.data(1, 1, true) : client.fields(1, true, "a", "b"));
      assertEquals("RST_STREAM 1 STREAM_CLOSED", client.answers());
    }
  }

  @Test
  void whatWasUnderWayWhenTheServerResetAStreamIsIgnored() {
    peer.send(peer.request(1, false));
    peer.connection.reset(peer.owner.stream(1), ErrorCode.CANCEL);
    peer.send(TestFrames.data(1, 10, false), TestFrames.windowUpdate(1, 0));
    peer.send(peer.fields(1, true, "a", "b"), cancel(1), TestFrames.priority(1, 0));
    assertEquals("RST_STREAM 1 CANCEL", peer.answers());
    assertEquals("request 1", peer.owner.take());
  }

  @Test
  void aResetStreamSendsNothing() {
    peer.send(peer.request(1, true), cancel(1));
    peer.respond(1, 100);
    peer.connection.reset(peer.owner.stream(1), ErrorCode.CANCEL);
    assertEquals("", peer.answers());
  }

  @Test
  void aResponseIsHeadersDataAndTrailers() {
    peer.send(peer.request(1, true));
    peer.respond(1, 20_000);
    assertEquals(
        "HEADERS 1 [:status: 200], DATA 1 16384, DATA 1 3616, HEADERS 1 end [grpc-status: 0]",
        peer.answers());
    assertEquals("request 1 end, sent 1 20000, closed 1", peer.owner.take());
    assertEquals(0, peer.connection.openStreams());
  }

  @Test
  void aResponseMayBeHeadersAlone() {
    peer.send(peer.request(1, true));
    HeaderList all = new HeaderList().add(":status", "200").add("grpc-status", "12");
    peer.connection.sendHeaders(peer.owner.stream(1), all, true);
    peer.connection.sendHeaders(peer.owner.stream(1), all, true);
    peer.connection.sendData(peer.owner.stream(1), new byte[1], 0, 1, true);
    assertEquals("HEADERS 1 end [:status: 200, grpc-status: 12]", peer.answers());
    assertEquals("request 1 end, closed 1", peer.owner.take());
  }

  @Test
  void aResponseMayEndWithData() {
    peer.send(peer.request(1, true), peer.request(3, true));
    peer.connection.sendData(peer.owner.stream(1), new byte[9], 2, 7, true);
    peer.connection.sendData(peer.owner.stream(3), new byte[9], 0, 0, true);
    assertEquals("DATA 1 7 end, DATA 3 0 end", peer.answers());
    assertEquals("request 1 end, request 3 end, sent 1 7, closed 1, closed 3", peer.owner.take());
  }

  @Test
  void anEarlyResponseReleasesTheClient() {
    peer.send(peer.request(1, false));
    peer.respond(1, 5);
    assertEquals(
        "HEADERS 1 [:status: 200], DATA 1 5, HEADERS 1 end [grpc-status: 0], RST_STREAM 1 NO_ERROR",
        peer.answers());
    peer.send(TestFrames.data(1, 100, false), TestFrames.data(1, 0, true));
    assertEquals("", peer.answers());
    assertEquals("request 1, sent 1 5, closed 1", peer.owner.take());
  }

  @Test
  void requestsMayHaveTrailers() {
    peer.send(peer.request(1, false), TestFrames.data(1, 3, false));
    peer.send(peer.fields(1, true, "checksum", "1"));
    assertEquals("request 1, data 1 3, data 1 0 end", peer.owner.take());
  }

  @Test
  void trailersEndTheStreamAndHaveNoPseudoFields() {
    peer.send(peer.request(1, false), peer.fields(1, false, "a", "b"));
    peer.send(peer.request(3, false), peer.fields(3, true, ":path", "/"));
    peer.send(peer.request(5, false), peer.fields(5, true, "A", "b"));
    assertEquals(
        "RST_STREAM 1 PROTOCOL_ERROR, RST_STREAM 3 PROTOCOL_ERROR, RST_STREAM 5 PROTOCOL_ERROR",
        peer.answers());
  }

  @Test
  void dataMustMatchTheContentLength() {
    String length = "content-length";
    peer.send(peer.request(1, true, length, "1"));
    assertEquals("RST_STREAM 1 PROTOCOL_ERROR", peer.answers());
    peer.send(peer.request(3, false, length, "4"), TestFrames.data(3, 5, false));
    assertEquals("RST_STREAM 3 PROTOCOL_ERROR", peer.answers());
    peer.send(peer.request(5, false, length, "4"), TestFrames.data(5, 3, true));
    assertEquals("RST_STREAM 5 PROTOCOL_ERROR", peer.answers());
    peer.send(peer.request(7, false, length, "4"), TestFrames.data(7, 3, false));
    peer.send(peer.fields(7, true, "a", "b"));
    assertEquals("RST_STREAM 7 PROTOCOL_ERROR", peer.answers());
    peer.send(peer.request(9, false, length, "4"), TestFrames.data(9, 3, false));
    peer.send(TestFrames.data(9, 0, true));
    assertEquals("RST_STREAM 9 PROTOCOL_ERROR", peer.answers());
  }

  @Test
  void dataThatMatchesTheContentLengthIsTaken() {
    String length = "content-length";
    peer.send(peer.request(1, true, length, "0"));
    peer.send(peer.request(3, false, length, "0"), TestFrames.data(3, 0, true));
    peer.send(peer.request(5, false, length, "7", length, "7"), TestFrames.data(5, 3, false));
    peer.send(TestFrames.paddedData(5, 4, 9, true));
    peer.send(peer.request(7, false, length, "2"), TestFrames.data(7, 2, false));
    peer.send(peer.fields(7, true, "a", "b"));
    assertEquals("", peer.answers());
    assertEquals(4, peer.connection.openStreams());
  }

  @Test
  void streamsBeyondTheMostAreRefused() {
    Http2Limits limits = new Http2Limits();
    limits.maxConcurrentStreams = 2;
    TestPeer client = TestPeer.established(limits);
    client.send(client.request(1, true), client.request(3, true), client.request(5, false));
    assertEquals("RST_STREAM 5 REFUSED_STREAM", client.answers());
    client.send(TestFrames.data(5, 10, true));
    client.respond(1, 0);
    client.take();
    client.send(client.request(7, true));
    assertEquals("", client.answers());
    assertEquals("request 1 end, request 3 end, closed 1, request 7 end", client.owner.take());
  }

  @Test
  void theEndOfTheConnectionEndsItsStreamsOnce() {
    peer.send(peer.request(1, true));
    peer.connection.end("test");
    peer.connection.end("again");
    peer.connection.sendHeaders(peer.owner.stream(1), new HeaderList(), true);
    peer.connection.consumed(peer.owner.stream(1), 0);
    peer.connection.ping(1);
    assertEquals("request 1 end, reset 1 CANCEL", peer.owner.take());
    assertEquals("", peer.answers());
    assertEquals("test", peer.connection.endReason());
    assertTrue(peer.connection.isEnded());
  }

  @Test
  void pingsAreAnsweredAndSent() {
    peer.send(TestFrames.ping(5));
    peer.connection.ping(6);
    assertEquals("PING 0 ack 5, PING 0 6", peer.answers());
    peer.send(TestFrames.frame(Frames.PING, Frames.ACK, 0, Blocks.hex("0000000000000006")));
    assertEquals("ping, pingAck 6", peer.owner.take());
  }
}
