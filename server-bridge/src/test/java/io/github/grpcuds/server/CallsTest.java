package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.http2.internal.ErrorCode;
import io.github.grpcuds.http2.internal.HeaderList;
import io.github.grpcuds.http2.internal.InputChunk;
import io.grpc.Attributes;
import io.grpc.InternalChannelz.TransportStats;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.internal.ServerStream;
import io.grpc.internal.ServerStreamListener;
import io.grpc.internal.ServerTransportListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CallsTest {
  private final FakeWire wire = new FakeWire();
  private final ServerConfig config = new ServerConfig();
  private final List<String> events = new ArrayList<>();
  private Calls calls;
  private ServerStream stream; // of the last call
  private RuntimeException failure; // to throw when a call comes
  private final Queue<Runnable> handlers = new ArrayDeque<>(); // that have not run
  private boolean hasHandlers; // each call makes one
  private Runnable onHandler = () -> {};
  private int shortage; // ends that cannot be told, to come
  private final List<ServerStreamTracer.Factory> tracers = new ArrayList<>();

  @BeforeEach
  void begin() {
    config.maxPendingBytes = 1000;
    calls =
        new Calls(
            wire,
            config,
            tracers,
            new RateLimitedLog(),
            new MessageMemory(config.maxPendingBytes),
            () -> events.add("idle"));
  }

  private void ready() {
    calls.ready(new Core(), Attributes.EMPTY);
  }

  /** gRPC's server core. */
  private final class Core implements ServerTransportListener {
    @Override
    public void streamCreated(ServerStream created, String method, Metadata headers) {
      if (failure != null) {
        throw failure;
      }
      events.add("call " + method);
      stream = created;
      created.setListener(new Listener());
      if (hasHandlers) {
        new CallDispatcher(handlers::add)
            .execute(
                () -> {
                  events.add("handler");
                  onHandler.run();
                });
      }
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
      return attributes;
    }

    @Override
    public void transportTerminated() {}
  }

  private final class Listener implements ServerStreamListener {
    @Override
    public void messagesAvailable(MessageProducer producer) {
      for (InputStream message = producer.next(); message != null; message = producer.next()) {
        try {
          int length = 0;
          while (message.read() >= 0) {
            length++;
          }
          message.close();
          events.add("message " + length);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void onReady() {}

    @Override
    public void halfClosed() {
      events.add("half-closed");
    }

    @Override
    public void closed(Status status) {
      if (shortage > 0) {
        shortage--;
        throw new OutOfMemoryError("by a test");
      }
      events.add("closed " + status.getCode());
    }
  }

  private static HeaderList request() {
    return new HeaderList()
        .add(":method", "POST")
        .add(":scheme", "http")
        .add(":path", "/s/m")
        .add("content-type", "application/grpc")
        .add("te", "trailers");
  }

  private Exchange open(HeaderList headers, boolean end) {
    Exchange exchange = new Exchange(calls, wire, null, headers, end);
    locked(() -> calls.add(exchange));
    return exchange;
  }

  private void locked(Runnable action) {
    wire.lock();
    action.run();
    wire.unlock();
  }

  private static byte[] message(int length) {
    return ByteBuffer.allocate(5 + length).put((byte) 0).putInt(length).array();
  }

  private void data(Exchange exchange, byte[] bytes, int length, boolean end) {
    locked(() -> exchange.onData(bytes, 0, length, end));
  }

  private void answer() {
    stream.writeHeaders(new Metadata(), false);
    stream.writeMessage(new ByteArrayInputStream(new byte[] {'h', 'i'}));
    stream.close(Status.OK, new Metadata());
  }

  @Test
  void unaryCallGoesThrough() {
    ready();
    Exchange exchange = open(request(), false);
    stream.request(2);
    data(exchange, message(10), 15, true);
    answer();
    assertEquals(Arrays.asList("call s/m", "message 10", "half-closed"), events);
    locked(exchange::onClosed);
    assertEquals("[closed OK, idle]", events.subList(3, events.size()).toString());
    assertEquals(
        Arrays.asList(
            ":status: 200, content-type: application/grpc", "\0\0\0\0\2hi", "grpc-status: 0 END"),
        wire.sent);
    assertEquals(15, wire.consumed);
    TransportStats stats = calls.counters().stats(0, 0);
    assertEquals(1, stats.streamsStarted);
    assertEquals(1, stats.streamsSucceeded);
    assertEquals(1, stats.messagesSent);
    assertEquals(1, stats.messagesReceived);
  }

  @Test
  void callWithoutAnAnswerIsTrailersOnly() {
    ready();
    open(request(), true);
    stream.close(Status.NOT_FOUND.withDescription("no such thing"), new Metadata());
    assertEquals(
        "[:status: 200, content-type: application/grpc, grpc-status: 5,"
            + " grpc-message: no such thing END]",
        wire.sent.toString());
  }

  @Test
  void callsWaitUntilTheConnectionIsReady() {
    Exchange exchange = open(request(), false);
    open(request(), true);
    data(exchange, message(1), 6, true);
    assertEquals(Collections.emptyList(), events);
    ready();
    assertEquals("[call s/m, call s/m, half-closed]", events.toString());
  }

  @Test
  void resetByTheClientEndsTheCallOnce() {
    ready();
    Exchange exchange = open(request(), false);
    locked(() -> exchange.onReset(ErrorCode.CANCEL, "reset by the client"));
    stream.cancel(Status.DEADLINE_EXCEEDED);
    answer();
    locked(() -> exchange.onReset(ErrorCode.CANCEL, "again"));
    assertEquals(Arrays.asList("call s/m", "closed CANCELLED", "idle"), events);
    assertEquals(Collections.emptyList(), wire.sent);
    assertEquals(1, calls.counters().stats(0, 0).streamsFailed);
  }

  @Test
  void cancelledCallEndsOnceWithItsStatus() {
    ready();
    Exchange exchange = open(request(), false);
    stream.cancel(Status.DEADLINE_EXCEEDED);
    stream.cancel(Status.CANCELLED);
    locked(exchange::onClosed);
    assertEquals(Arrays.asList("call s/m", "closed DEADLINE_EXCEEDED", "idle"), events);
    assertEquals(
        "[:status: 200, content-type: application/grpc, grpc-status: 4 END]", wire.sent.toString());
  }

  @Test
  void deadlineOfACallThatHasBegunToAnswerEndsItWithTrailers() {
    ready();
    Exchange exchange = open(request(), false);
    stream.writeHeaders(new Metadata(), true);
    stream.cancel(Status.DEADLINE_EXCEEDED);
    assertEquals("grpc-status: 4 END", wire.sent.get(1));
    assertEquals(Arrays.asList("call s/m", "closed DEADLINE_EXCEEDED", "idle"), events);
    locked(exchange::onClosed);
    wire.scheduled.forEach(Runnable::run);
    assertEquals(2, wire.sent.size(), () -> "sent " + wire.sent);
  }

  @Test
  void deadlineOfACallWhoseAnswerIsNotReadResetsItInTheEnd() {
    ready();
    open(request(), false);
    answer();
    stream.cancel(Status.DEADLINE_EXCEEDED);
    assertEquals("grpc-status: 0 END", wire.sent.get(wire.sent.size() - 1));
    wire.scheduled.forEach(Runnable::run);
    assertEquals("RST CANCEL", wire.sent.get(wire.sent.size() - 1));
  }

  @Test
  void malformedTimeoutIsAnsweredAndMakesNoCall() {
    ready();
    Exchange exchange = open(request().add("grpc-timeout", "abc"), false);
    assertEquals(
        "[:status: 200, content-type: application/grpc, grpc-status: 13,"
            + " grpc-message: Malformed grpc-timeout: abc END]",
        wire.sent.toString());
    locked(exchange::onClosed);
    assertEquals(Collections.singletonList("idle"), events);
  }

  @Test
  void callThatIsResetBeforeItBeginsIsNeverMade() {
    wire.lock();
    Exchange exchange = new Exchange(calls, wire, null, request(), false);
    calls.add(exchange);
    exchange.onReset(ErrorCode.CANCEL, "reset by the client");
    wire.unlock();
    ready();
    assertEquals(Collections.singletonList("idle"), events);
  }

  @Test
  void abortEndsEveryCallOnceEvenThoseThatWait() {
    open(request(), false);
    locked(() -> calls.abortAll(Status.UNAVAILABLE));
    assertEquals(Collections.singletonList("idle"), events);
    events.clear();
    ready();
    open(request(), false);
    open(request(), false);
    locked(() -> calls.abortAll(Status.UNAVAILABLE));
    locked(() -> calls.abortAll(Status.UNAVAILABLE));
    assertEquals(
        Arrays.asList("call s/m", "call s/m", "closed UNAVAILABLE", "closed UNAVAILABLE", "idle"),
        events);
    assertEquals(0, calls.open());
  }

  @Test
  void coreThatThrowsLosesTheCallAlone() {
    ready();
    failure = new IllegalStateException("as the test wants it");
    open(request(), false);
    assertEquals("[RST INTERNAL_ERROR]", wire.sent.toString());
    assertEquals(Collections.singletonList("idle"), events);
    failure = null;
    open(request(), false);
    assertTrue(events.contains("call s/m"), () -> "saw " + events);
  }

  @Test
  void messageThatIsTooLargeIsAnsweredWithItsStatus() {
    config.maxInboundMessageSize = 10;
    ready();
    Exchange exchange = open(request(), false);
    stream.request(1);
    data(exchange, message(11), 16, false);
    assertEquals(1, wire.sent.size(), () -> "sent " + wire.sent);
    assertTrue(wire.sent.get(0).contains("grpc-status: 8"), () -> "sent " + wire.sent);
    assertTrue(wire.sent.get(0).endsWith(" END"), () -> "sent " + wire.sent);
    locked(exchange::onClosed);
    assertEquals(Arrays.asList("call s/m", "closed RESOURCE_EXHAUSTED", "idle"), events);
  }

  @Test
  void incompleteMessagesAreBounded() {
    ready();
    Exchange first = open(request(), false);
    stream.request(1);
    Exchange second = open(request(), false);
    stream.request(1);
    byte[] begun = message(1_000_000);
    data(first, begun, 700, false);
    assertFalse(events.contains("closed RESOURCE_EXHAUSTED"), () -> "saw " + events);
    data(second, begun, 300, false);
    assertTrue(events.contains("closed RESOURCE_EXHAUSTED"), () -> "saw " + events);
    assertTrue(
        wire.sent.get(0).contains("more than 1000"), () -> "does not tell why: " + wire.sent);
    locked(() -> first.onReset(ErrorCode.CANCEL, "reset by the client"));
    events.clear();
    Exchange third = open(request(), false);
    stream.request(1);
    data(third, begun, 700, false);
    assertEquals("[call s/m]", events.toString(), "what ended calls held is still counted");
  }

  @Test
  void smallFramesAreNoMessagesEach() {
    ready();
    Exchange exchange = open(request(), false);
    stream.request(1);
    byte[] bytes = message(300);
    wire.lock();
    for (int i = 0; i < 305; i++) {
      exchange.onData(bytes, i, 1, i == 304);
    }
    wire.unlock();
    assertEquals(Arrays.asList("call s/m", "message 300", "half-closed"), events);
    assertEquals(305, wire.consumed);
  }

  @Test
  void readMessagesAreNotCounted() {
    ready();
    Exchange exchange = open(request(), false);
    stream.request(100);
    for (int i = 0; i < 50; i++) {
      data(exchange, message(300), 305, false);
    }
    assertEquals(51, events.size(), () -> "saw " + events);
  }

  @Test
  void requestThatIsNoCallIsAnsweredByHttp() {
    ready();
    HeaderList get =
        new HeaderList()
            .add(":method", "GET")
            .add(":path", "/s/m")
            .add("content-type", "application/grpc");
    Exchange exchange = open(get, false);
    data(exchange, message(10), 15, true);
    assertEquals(
        Arrays.asList(
            ":status: 405, content-type: text/plain; charset=utf-8, allow: POST, grpc-status: 13,"
                + " grpc-message: HTTP method is not supported: GET",
            "HTTP method is not supported: GET END"),
        wire.sent);
    assertEquals(15, wire.consumed, "what nobody reads still fills the window");
    assertEquals(Collections.emptyList(), events);
    locked(exchange::onClosed);
    assertEquals(Collections.singletonList("idle"), events);
  }

  private void chunk(Exchange exchange, InputChunks chunks, byte[] bytes) {
    InputChunk chunk = chunks.take();
    chunk.bytes().put(bytes);
    locked(() -> exchange.onData(chunk, 0, bytes.length, false));
    chunk.release();
  }

  @Test
  void chunksGoBackWhenTheirMessageIsRead() {
    InputChunks chunks = new InputChunks(10);
    ready();
    Exchange exchange = open(request(), false);
    stream.request(1);
    byte[] message = message(500);
    chunk(exchange, chunks, Arrays.copyOf(message, 300));
    assertEquals(1, chunks.held());
    chunk(exchange, chunks, Arrays.copyOfRange(message, 300, message.length));
    assertEquals(Arrays.asList("call s/m", "message 500"), events);
    assertEquals(0, chunks.held());
    assertEquals(message.length, wire.consumed);
  }

  @Test
  void chunksGoBackWhenNobodyReadsThem() {
    InputChunks chunks = new InputChunks(10);
    ready();
    Exchange exchange = open(request(), false);
    chunk(exchange, chunks, message(500));
    chunk(exchange, chunks, message(100));
    assertEquals(2, chunks.held());
    locked(() -> exchange.onReset(ErrorCode.CANCEL, "by a test"));
    assertEquals(0, chunks.held());

    Exchange refused = open(new HeaderList().add(":method", "GET").add(":path", "/s/m"), false);
    chunk(refused, chunks, message(100));
    assertEquals(0, chunks.held());
  }

  @Test
  void chunksGoBackWhenTheCallCannotBegin() {
    InputChunks chunks = new InputChunks(10);
    Exchange exchange = open(request(), false);
    chunk(exchange, chunks, message(100));
    chunk(exchange, chunks, message(100));
    assertEquals(2, chunks.held());
    calls.ready(new Unwilling(), Attributes.EMPTY);
    assertEquals(0, chunks.held());
    assertEquals("[RST INTERNAL_ERROR]", wire.sent.toString());
  }

  /** As if the executor took no more calls. */
  private static final class Unwilling implements ServerTransportListener {
    @Override
    public void streamCreated(ServerStream stream, String method, Metadata headers) {
      throw new RejectedExecutionException("by a test");
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
      return attributes;
    }

    @Override
    public void transportTerminated() {}
  }

  @Test
  void callCountsUntilItsHandlerHasReturned() {
    config.maxConcurrentCalls = 2;
    hasHandlers = true;
    ready();
    Exchange reset = open(request(), false);
    open(request(), false);
    stream.cancel(Status.DEADLINE_EXCEEDED);
    locked(() -> reset.onReset(ErrorCode.CANCEL, "by a test"));
    assertEquals(0, calls.open());
    events.clear();
    open(request(), true);
    open(request(), false);
    assertEquals(Collections.emptyList(), events, "handlers of ended calls have not returned");
    handlers.remove().run();
    assertEquals(Arrays.asList("handler", "call s/m", "half-closed"), events);
    handlers.remove().run();
    assertEquals(Arrays.asList("handler", "call s/m"), events.subList(3, 5));
  }

  @Test
  void callThatIsResetWhileItWaitsForOthersIsForgottenAtOnce() {
    config.maxConcurrentCalls = 1;
    hasHandlers = true;
    ready();
    Exchange stuck = open(request(), false);
    locked(() -> stuck.onReset(ErrorCode.CANCEL, "by a test"));
    for (int i = 0; i < 3; i++) {
      Exchange waiting = open(request(), false);
      assertEquals(1, calls.open());
      locked(() -> waiting.onReset(ErrorCode.CANCEL, "by a test"));
      assertEquals(0, calls.open());
    }
    open(request(), false);
    events.clear();
    handlers.remove().run();
    assertEquals(Arrays.asList("handler", "call s/m"), events);
  }

  @Test
  void callThatCouldNotBeginForWantOfMemoryBeginsLater() {
    config.maxConcurrentCalls = 1;
    hasHandlers = true;
    ready();
    Exchange stuck = open(request(), false);
    locked(() -> stuck.onReset(ErrorCode.CANCEL, "by a test"));
    open(request(), false);
    events.clear();
    wire.shortage = true;
    handlers.remove().run(); // returns: the next one may begin, and there is no memory for that
    wire.retries.run();
    assertEquals(Collections.singletonList("handler"), events);
    wire.shortage = false;
    wire.retries.run();
    assertEquals(Arrays.asList("handler", "call s/m"), events);
  }

  @Test
  void timeThatACallHasWaitedCountsTowardsItsDeadline() throws Exception {
    config.maxConcurrentCalls = 1;
    hasHandlers = true;
    ready();
    Exchange stuck = open(request(), false);
    locked(() -> stuck.onReset(ErrorCode.CANCEL, "by a test"));
    Exchange late = open(request().add("grpc-timeout", "1n"), false);
    events.clear();
    handlers.remove().run();
    assertEquals(Collections.singletonList("handler"), events);
    assertTrue(wire.sent.get(0).contains("grpc-status: 4"), () -> "sent " + wire.sent);
    locked(late::onClosed);
    open(request().add("grpc-timeout", "1H"), false);
    assertTrue(events.contains("call s/m"), () -> "saw " + events);
  }

  @Test
  void executorThatRefusesKeepsNoPlace() {
    config.maxConcurrentCalls = 1;
    ready();
    for (int i = 0; i < 3; i++) {
      failure = null;
      Exchange exchange = new Exchange(calls, wire, null, request(), false);
      failure = new RejectedExecutionException("by a test");
      locked(() -> calls.add(exchange));
    }
    failure = null;
    open(request(), false);
    assertTrue(events.contains("call s/m"), () -> "saw " + events);
  }

  /** Someone counts them. */
  @Test
  void tracersAreToldOfTheEndOfACallThatCannotBegin() {
    tracers.add(new Tracing("first"));
    tracers.add(new Tracing("second"));
    ready();
    failure = new IllegalStateException("by a test");
    open(request(), false);
    assertEquals("[first, second, end of first, end of second, idle]", events.toString());
    events.clear();
    tracers.add(
        new ServerStreamTracer.Factory() {
          @Override
          public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
            throw new OutOfMemoryError("by a test");
          }
        });
    open(request(), false);
    assertEquals("[first, second, end of first, end of second, idle]", events.toString());
  }

  private final class Tracing extends ServerStreamTracer.Factory {
    private final String name;

    Tracing(String name) {
      this.name = name;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      events.add(name);
      return new ServerStreamTracer() {
        @Override
        public void streamClosed(Status status) {
          events.add("end of " + name);
        }
      };
    }
  }

  @Test
  void endThatCannotBeToldForWantOfMemoryIsToldLater() {
    ready();
    Exchange exchange = open(request(), false);
    shortage = 2;
    locked(() -> exchange.onReset(ErrorCode.CANCEL, "by a test"));
    assertEquals("[call s/m]", events.toString());
    wire.retries.run();
    assertEquals("[call s/m, closed CANCELLED, idle]", events.toString());
    assertTrue(wire.retries.isEmpty());
  }

  @Test
  void cancellationForWhichThereIsNoMemoryIsToldLater() {
    ready();
    open(request(), false);
    wire.shortage = true;
    stream.cancel(Status.DEADLINE_EXCEEDED);
    assertEquals("[call s/m]", events.toString());
    wire.shortage = false;
    wire.retries.run();
    assertEquals("[call s/m, closed DEADLINE_EXCEEDED, idle]", events.toString());
    assertTrue(wire.sent.get(0).contains("grpc-status: 4"), () -> "sent " + wire.sent);
  }

  /** gRPC answers for a handler that throws, unless it finds no memory for that either. */
  @Test
  void callWhoseHandlerFailsWithoutAnAnswerIsAnswered() {
    hasHandlers = true;
    ready();
    onHandler =
        () -> {
          throw new OutOfMemoryError("by a test");
        };
    open(request(), false);
    assertThrows(OutOfMemoryError.class, () -> handlers.remove().run());
    wire.retries.run();
    assertTrue(wire.sent.get(0).contains("grpc-status: 2"), () -> "sent " + wire.sent);
    assertTrue(events.contains("closed UNKNOWN"), () -> "saw " + events);
  }

  @Test
  void callWhoseHandlerHasNoStackLeftToAnswerIsAnswered() {
    hasHandlers = true;
    ready();
    onHandler =
        () -> {
          wire.stackIsUsedUp = true;
          assertThrows(StackOverflowError.class, () -> stream.close(Status.OK, new Metadata()));
          wire.stackIsUsedUp = false;
        };
    open(request(), false);
    handlers.remove().run();
    wire.retries.run();
    assertTrue(wire.sent.get(0).contains("grpc-status: 2"), () -> "sent " + wire.sent);
  }

  private Exchange openAndAnswer() {
    ready();
    Exchange exchange = open(request(), true);
    stream.writeHeaders(new Metadata(), true);
    return exchange;
  }

  private void sendMessage(int bytes) {
    stream.writeMessage(new ByteArrayInputStream(new byte[bytes]));
    stream.flush();
  }

  @Test
  void readinessFollowsWhatIsSent() {
    Exchange exchange = openAndAnswer();
    assertTrue(stream.isReady());
    sendMessage(40_000);
    assertFalse(stream.isReady());
    locked(() -> exchange.onSent(40_005));
    assertTrue(stream.isReady());
  }

  /** Each with a task of its own would cost more than the messages themselves. */
  @Test
  void smallMessagesThatAreSentAreToldTogether() {
    Exchange exchange = openAndAnswer();
    sendMessage(33_000);
    for (int sent = 0; sent + 45 < 4096; sent += 45) {
      locked(() -> exchange.onSent(45));
      assertFalse(stream.isReady(), "told of " + (sent + 45) + " bytes alone");
    }
    locked(() -> exchange.onSent(45));
    assertTrue(stream.isReady());
  }

  /** However little makes it not ready, all that is sent makes it ready again. */
  @Test
  void smallThresholdIsKeptTo() throws Exception {
    Exchange exchange = openAndAnswer();
    stream.setOnReadyThreshold(8);
    sendMessage(10);
    locked(() -> exchange.onSent(7));
    assertFalse(stream.isReady());
    locked(() -> exchange.onSent(1));
    assertTrue(stream.isReady());
  }

  @Test
  void smallerThresholdLooksAtWhatIsSentAlready() throws Exception {
    Exchange exchange = openAndAnswer();
    sendMessage(3000);
    locked(() -> exchange.onSent(3005));
    stream.setOnReadyThreshold(1024);
    assertTrue(stream.isReady());
  }
}
