package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Legal clients and owners who do what they like, with bodies of all sizes through windows of all
 * sizes. The client keeps its own account of both sides' windows.
 */
final class ConversationTest {
  private static final int RUNS = 80;
  private static final int STEPS = 400;
  private static final int CALLS = 12;

  @Test
  void everyByteArrivesOnceAndInOrderWithinAllWindows() {
    long seed = System.nanoTime();
    int shared = 0;
    for (int i = 0; i < RUNS; i++) {
      try {
        shared += new Run(new Random(seed + i)).go();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + (seed + i), e);
      }
    }
    assertTrue(shared > 0, "no part of a body came in a chunk");
  }

  /** A call, as the client sees it. */
  private static final class ClientCall {
    final int id;
    final byte[] request;
    final byte[] response;
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    int requestSent;
    boolean requestEnded;
    boolean responseEnded;
    int responseQueued; // by the owner
    boolean responseEndQueued;
    long sendWindow;
    long receiveWindow;
    long owed; // read, and not yet credited to the stream

    ClientCall(int id, byte[] request, byte[] response) {
      this.id = id;
      this.request = request;
      this.response = response;
    }

    boolean isDone() {
      return requestEnded && responseEnded;
    }
  }

  private static final class Run {
    private final Random random;
    private final Http2Limits limits = new Http2Limits();
    private final ArrayPool arrays = new ArrayPool(2); // so they are soon used again
    private final TestPeer peer;
    private final Map<Integer, ClientCall> calls = new TreeMap<>();
    private final Deque<Integer> unacknowledged = new ArrayDeque<>();
    private long sendWindow = 65_535;
    private long initialSendWindow = 65_535;
    private long receiveWindow = 65_535;
    private int initialReceiveWindow = 65_535;
    private long owed; // read, and not yet credited to the connection
    private boolean settingsSeen;

    Run(Random random) {
      this.random = random;
      limits.flowControlWindow = 1 + random.nextInt(1 << random.nextInt(20));
      peer = new TestPeer(limits, random).chunksOf(1 << random.nextInt(16));
    }

    int go() {
      peer.send(TestFrames.PREFACE);
      changeWindow();
      for (int i = 0; i < STEPS; i++) {
        step(random.nextInt(8));
        Invariants.check(peer.connection);
      }
      finish();
      return peer.owner.shared;
    }

    private void step(int what) {
      switch (what) {
        case 0:
          if (calls.size() < CALLS) {
            request();
          }
          break;
        case 1:
          if (random.nextInt(4) == 0) {
            changeWindow();
          }
          break;
        case 2:
        case 3:
          upload();
          break;
        case 4:
          respond();
          break;
        case 5:
          consume();
          break;
        case 6:
          credit();
          break;
        default:
          read(random.nextInt(4) == 0 ? Integer.MAX_VALUE : random.nextInt(1000));
          break;
      }
    }

    private byte[] body() {
      byte[] body = new byte[random.nextInt(1 << random.nextInt(18))];
      random.nextBytes(body);
      return body;
    }

    private void request() {
      ClientCall call = new ClientCall(1 + 2 * calls.size(), body(), body());
      call.sendWindow = initialSendWindow;
      call.receiveWindow = initialReceiveWindow;
      calls.put(call.id, call);
      call.requestEnded = call.request.length == 0 && random.nextBoolean();
      boolean length = random.nextBoolean();
      peer.send(
          length
              ? peer.request(call.id, call.requestEnded, "content-length", "" + call.request.length)
              : peer.request(call.id, call.requestEnded));
    }

    /** The window of all streams changes: at the server at once, here when it says so. */
    private void changeWindow() {
      int window = random.nextInt(1 << random.nextInt(18));
      unacknowledged.add(window);
      peer.send(TestFrames.settings(Frames.INITIAL_WINDOW_SIZE, window));
    }

    private ClientCall any() {
      return calls.isEmpty() ? null : calls.get(1 + 2 * random.nextInt(calls.size()));
    }

    private void upload() {
      ClientCall call = any();
      if (call != null && !call.requestEnded) {
        upload(call, random.nextInt(1 << random.nextInt(14)));
      }
    }

    private void upload(ClientCall call, int most) {
      int padding = random.nextInt(4) == 0 ? 1 + random.nextInt(256) : 0;
      long window = Math.min(call.sendWindow, sendWindow) - padding;
      int left = call.request.length - call.requestSent;
      int length = (int) Math.min(Math.min(most, left), window);
      if (length < 0 || (length == 0 && left > 0)) {
        return;
      }
      boolean end = length == left && random.nextInt(3) > 0;
      if (length == 0 && !end) {
        return;
      }
      int to = call.requestSent + length;
      byte[] payload = Arrays.copyOfRange(call.request, call.requestSent, to);
      call.requestSent = to;
      call.requestEnded = end;
      call.sendWindow -= length + padding;
      sendWindow -= length + padding;
      int flags = end ? Frames.END_STREAM : 0;
      if (padding > 0) {
        flags |= Frames.PADDED;
        byte[] length1 = {(byte) (padding - 1)};
        payload = Blocks.concat(length1, payload, new byte[padding - 1]);
      }
      peer.send(TestFrames.frame(Frames.DATA, flags, call.id, payload));
    }

    private void respond() {
      ClientCall call = any();
      if (call != null && peer.owner.calls.containsKey(call.id)) {
        respond(call, random.nextInt(1 << random.nextInt(17)));
      }
    }

    /** Early ends are not for this client: the response ends after the request. */
    private void respond(ClientCall call, int most) {
      if (call.responseEndQueued) {
        return;
      }
      int from = call.responseQueued;
      int length = Math.min(most, call.response.length - from);
      boolean mayEnd = call.requestEnded && from + length == call.response.length;
      boolean end = mayEnd && random.nextBoolean();
      byte[] part = Arrays.copyOfRange(call.response, from, from + length);
      call.responseQueued += length;
      call.responseEndQueued = end;
      Http2Stream stream = peer.owner.stream(call.id);
      if (end && random.nextBoolean()) {
        send(stream, part, false);
        peer.connection.sendHeaders(stream, new HeaderList().add("grpc-status", "0"), true);
      } else {
        send(stream, part, end);
      }
    }

    private void send(Http2Stream stream, byte[] part, boolean end) {
      if (part.length == 0 || part.length > OutputChunk.BYTES || random.nextBoolean()) {
        peer.connection.sendData(stream, part, 0, part.length, end);
        return;
      }
      OutputChunk chunk = OutputChunk.of(arrays);
      System.arraycopy(part, 0, chunk.bytes(), 0, part.length);
      peer.connection.sendData(stream, chunk, part.length, end);
    }

    private void consume() {
      ClientCall call = any();
      TestOwner.Call owned = call == null ? null : peer.owner.calls.get(call.id);
      if (owned != null && owned.stream.held > 0) {
        peer.connection.consumed(owned.stream, 1 + random.nextInt(owned.stream.held));
      }
    }

    private void credit() {
      ClientCall call = any();
      if (owed > 0 && random.nextBoolean()) {
        creditConnection(1 + random.nextInt((int) owed));
      } else if (call != null && call.owed > 0) {
        creditStream(call, 1 + random.nextInt((int) call.owed));
      }
    }

    private void creditConnection(int bytes) {
      owed -= bytes;
      receiveWindow += bytes;
      peer.send(TestFrames.windowUpdate(0, bytes));
    }

    private void creditStream(ClientCall call, int bytes) {
      call.owed -= bytes;
      call.receiveWindow += bytes;
      peer.send(TestFrames.windowUpdate(call.id, bytes));
    }

    private void read(int most) {
      for (SentFrame frame : most == Integer.MAX_VALUE ? peer.take() : peer.take(most)) {
        switch (frame.type) {
          case Frames.SETTINGS:
            settings(frame);
            break;
          case Frames.WINDOW_UPDATE:
            opened(frame.streamId, frame.int32(0));
            break;
          case Frames.DATA:
            data(frame, calls.get(frame.streamId));
            break;
          case Frames.HEADERS:
            calls.get(frame.streamId).responseEnded |= frame.endsStream();
            break;
          default:
            throw new AssertionError(frame.toString() + ", " + peer.connection.endReason());
        }
      }
    }

    private void settings(SentFrame frame) {
      if ((frame.flags & Frames.ACK) != 0) {
        int window = unacknowledged.remove();
        for (ClientCall call : calls.values()) {
          call.receiveWindow += window - initialReceiveWindow;
        }
        initialReceiveWindow = window;
      } else {
        assertFalse(settingsSeen);
        settingsSeen = true;
        for (ClientCall call : calls.values()) {
          call.sendWindow += limits.flowControlWindow - initialSendWindow;
        }
        initialSendWindow = limits.flowControlWindow;
        peer.send(TestFrames.settingsAck());
      }
    }

    private void opened(int streamId, int bytes) {
      assertTrue(bytes > 0);
      if (streamId == 0) {
        sendWindow += bytes;
        assertTrue(sendWindow <= Frames.MAX_WINDOW);
      } else {
        calls.get(streamId).sendWindow += bytes;
        assertTrue(calls.get(streamId).sendWindow <= limits.flowControlWindow);
      }
    }

    private void data(SentFrame frame, ClientCall call) {
      int length = frame.payload.length;
      assertFalse(call.responseEnded, "DATA after the end");
      assertTrue(length > 0 || frame.endsStream(), "empty DATA");
      call.received.write(frame.payload, 0, length);
      call.responseEnded = frame.endsStream();
      call.receiveWindow -= length;
      receiveWindow -= length;
      call.owed += length;
      owed += length;
      assertTrue(length == 0 || call.receiveWindow >= 0, "stream's window passed");
      assertTrue(receiveWindow >= 0, "connection's window passed");
    }

    /** All read, consume and credit all; then nothing is left anywhere. */
    private void finish() {
      read(Integer.MAX_VALUE);
      initial65535();
      for (int i = 0; !calls.values().stream().allMatch(ClientCall::isDone); i++) {
        assertTrue(i < 500_000, "it does not come to an end: " + state());
        for (ClientCall call : calls.values()) {
          finish(call);
        }
        read(Integer.MAX_VALUE);
        if (owed > 0) {
          creditConnection((int) owed);
        }
        Invariants.check(peer.connection);
      }
      assertFalse(peer.connection.isEnded(), peer.connection.endReason());
      assertEquals(0, peer.connection.openStreams());
      assertEquals(0, peer.connection.streams().pending().total());
      assertEquals(0, peer.connection.streams().sending.scheduled());
      assertEquals(sendWindow, peer.connection.receiveWindow());
      long target = Math.max(65_535, 2L * limits.flowControlWindow);
      assertTrue(2 * sendWindow > target - 2, "not credited: " + sendWindow + " of " + target);
      assertEquals(receiveWindow, peer.connection.sendWindow());
      calls.values().forEach(this::checkBodies);
    }

    /** No window of 0 any more, through which nothing comes. */
    private void initial65535() {
      unacknowledged.add(65_535);
      peer.send(TestFrames.settings(Frames.INITIAL_WINDOW_SIZE, 65_535));
    }

    private void finish(ClientCall call) {
      Http2Stream stream = peer.owner.stream(call.id);
      if (stream.held > 0 && stream.open) {
        peer.connection.consumed(stream, stream.held);
      }
      if (!call.requestEnded) {
        upload(call, 16_000);
      }
      respond(call, Integer.MAX_VALUE);
      if (call.owed > 0) {
        creditStream(call, (int) call.owed);
      }
    }

    private void checkBodies(ClientCall call) {
      TestOwner.Call owned = peer.owner.calls.get(call.id);
      assertArrayEquals(call.request, owned.body.toByteArray(), "request " + call.id);
      assertArrayEquals(call.response, call.received.toByteArray(), "response " + call.id);
      assertEquals(call.response.length, owned.sent);
      assertTrue(owned.closed);
    }

    private String state() {
      StringBuilder state = new StringBuilder("windows " + sendWindow + ", " + receiveWindow);
      for (ClientCall call : calls.values()) {
        if (!call.isDone()) {
          state.append("; ").append(call.id).append(" sent ").append(call.requestSent);
          state.append(" of ").append(call.request.length).append(", window ");
          state.append(call.sendWindow).append(", queued ").append(call.responseQueued);
          state.append(", got ").append(call.received.size());
        }
      }
      return state.append("; ").append(peer.connection.endReason()).toString();
    }
  }
}
