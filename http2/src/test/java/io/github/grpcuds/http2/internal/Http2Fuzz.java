package io.github.grpcuds.http2.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;

/** One run of a fuzzer: any octets as what a client sends. */
final class Http2Fuzz {
  /** Octets that choose limits and what the owner does; the client's follow. */
  static final int CHOICES = 4;

  /** In the first octet: the client sends neither preface nor SETTINGS but what follows. */
  static final int RAW = 1;

  /** In the first octet: the client reads nothing. */
  static final int NEVER_READS = 2;

  /** In the first octet: nothing is consumed. */
  static final int NEVER_CONSUMES = 4;

  /** In the first octet: calls are answered, reset or let be by chance, not just answered. */
  static final int ANY_ANSWER = 8;

  private static final int[] WINDOWS = {1, 2, 100, 65_535, 65_536, 1 << 20, Integer.MAX_VALUE};

  private final Random random;
  private final int choices;
  private final TestPeer peer;

  private Http2Fuzz(byte[] data) {
    choices = data[0];
    random = new Random(data[3]);
    Http2Limits limits = new Http2Limits();
    limits.flowControlWindow = WINDOWS[(data[1] & 0xff) % WINDOWS.length];
    limits.maxConcurrentStreams = data[2] & 0xff;
    limits.maxPendingBytes = 1024L << (data[1] >> 4 & 0xf);
    limits.maxHeaderListBytes = 64 << (data[2] & 7);
    peer = new TestPeer(limits, random).chunksOf(1 + 40 * (data[3] & 0xff));
  }

  /**
   * Feeds a connection.
   *
   * @return the number of requests the owner saw
   * @throws AssertionError if an invariant does not hold
   */
  static int receive(byte[] data) {
    return data.length < CHOICES ? 0 : new Http2Fuzz(data).run(data);
  }

  private int run(byte[] data) {
    if (!has(RAW)) {
      peer.send(TestFrames.PREFACE, TestFrames.settings(), TestFrames.settingsAck());
    }
    int count;
    for (int at = CHOICES; at < data.length; at += count) {
      count = Math.min(data.length - at, 1 + random.nextInt(200));
      peer.send(Arrays.copyOfRange(data, at, at + count));
      Invariants.check(peer.connection);
      act();
      Invariants.check(peer.connection);
    }
    peer.take();
    peer.connection.end("done");
    Invariants.check(peer.connection);
    TestOwner owner = peer.owner;
    Invariants.require(owner.requests == owner.ended, owner.requests + " began, " + owner.ended);
    return owner.requests;
  }

  private boolean has(int choice) {
    return (choices & choice) != 0;
  }

  private void act() {
    for (TestOwner.Call call : new ArrayList<>(peer.owner.calls.values())) {
      if (call.isOpen()) {
        act(call.stream);
      }
    }
    if (!has(NEVER_READS)) {
      peer.take();
    }
  }

  private void act(Http2Stream stream) {
    if (stream.held > 0 && !has(NEVER_CONSUMES)) {
      peer.connection.consumed(stream, 1 + random.nextInt(stream.held));
    }
    switch (has(ANY_ANSWER) ? random.nextInt(6) : 0) {
      case 0:
        peer.respond(stream.id(), random.nextInt(3000));
        break;
      case 1:
        int length = random.nextInt(100);
        peer.connection.sendData(stream, new byte[length], 0, length, random.nextInt(4) == 0);
        break;
      case 2:
        peer.reset(stream);
        break;
      case 3:
        peer.connection.goAway(random.nextInt(100), ErrorCode.NO_ERROR, "");
        break;
      default:
        break;
    }
  }
}
