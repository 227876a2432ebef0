package io.github.grpcuds.server;

import io.github.grpcuds.executor.internal.Burst;
import io.github.grpcuds.http2.internal.ErrorCode;
import io.github.grpcuds.http2.internal.HeaderList;
import io.github.grpcuds.http2.internal.Http2Stream;
import io.github.grpcuds.http2.internal.InputChunk;
import io.grpc.Status;
import io.grpc.internal.AbstractStream;
import io.grpc.internal.GrpcUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One request and its response: what happens to an HTTP/2 stream comes in here under the
 * connection's lock, and goes on to gRPC without it, as tasks that run one after the other.
 *
 * <p>However it ends, gRPC is told once: that the response is sent, or why it is not. If there is
 * no memory for that, it is told later: as an attempt of the loop's.
 */
final class Exchange extends Retries.Attempt implements Runnable {
  /**
   * What part of the bytes that make a call not ready gRPC is told at once that they are sent. Less
   * waits for more, or for other news: a task for each small message would cost as much as that.
   */
  private static final int SENT_GRAINS = 8;

  /** For how long the end of a call waits that follows what the client does not read. */
  private static final long END_WAITS_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Made before it is needed, which may be when there is no memory. */
  static final Status CRASHED = Status.INTERNAL.withDescription("The server failed");

  /** As gRPC has it. */
  private static final Status HANDLER_FAILED =
      Status.UNKNOWN.withDescription("Application error processing RPC");

  private final Calls calls;
  private final Wire wire;
  private final Http2Stream stream;
  private final SerialQueue tasks = new SerialQueue();

  // What came and gRPC does not know yet; guarded by the lock.
  private final InboundBuffer inbound = new InboundBuffer();
  private HeaderList request;
  private boolean inputEnded;
  private int sent;
  private int sentGrain = AbstractStream.TransportState.DEFAULT_ONREADY_THRESHOLD / SENT_GRAINS;
  private Status failure;
  private boolean closed;
  private boolean scheduled;

  /** The handlers that gRPC has yet to run, or that run, and one for the call that is not over. */
  private final AtomicInteger busy = new AtomicInteger(1);

  private final Burst burst = new Burst(); // of messages, of the one that sends them

  // What may still be sent; guarded by the lock.
  private boolean begun;
  private boolean endSent;
  private boolean gone; // HTTP/2 has forgotten the stream

  // Guarded by the lock: its place among the open ones of Calls.
  Exchange previous;
  Exchange next;

  // Guarded by the lock, for Calls.
  boolean admitted; // may begin, and counts among those that do
  boolean released; // does not count any more
  long waitsSince; // for being admitted, as nanoTime has it; 0 if it did not have to wait

  // Of the tasks alone.
  private boolean finished;
  private boolean finishing; // gRPC is being told
  private GrpcStream call; // null if the request is refused
  private volatile String method; // null until it is read
  private volatile boolean unanswered; // though gRPC has done what it does
  private RequestHead.Refusal refusal; // not sent yet
  private InboundBuffer.Piece received; // not handed on yet
  private int consumed;
  private boolean inputWaits; // for gRPC, which has not read all it was passed

  Exchange(Calls calls, Wire wire, Http2Stream stream, HeaderList request, boolean inputEnded) {
    this.calls = calls;
    this.wire = wire;
    this.stream = stream;
    this.request = request;
    this.inputEnded = inputEnded;
  }

  /** The number of the HTTP/2 stream. */
  int id() {
    return stream.id();
  }

  // What happens on the connection; under the lock.

  /** Has gRPC told as soon as the lock is given back. */
  void schedule() {
    if (!scheduled) {
      wire.later(tasks, this);
      scheduled = true;
    }
  }

  void onData(byte[] buffer, int offset, int length, boolean endOfStream) {
    inbound.add(buffer, offset, length);
    inputEnded |= endOfStream;
    scheduleIfStarted();
  }

  void onData(InputChunk chunk, int offset, int length, boolean endOfStream) {
    inbound.add(chunk, offset, length);
    inputEnded |= endOfStream;
    scheduleIfStarted();
  }

  void onSent(int bytes) {
    calls.sending();
    sent += bytes;
    if (sent >= sentGrain) {
      scheduleIfStarted();
    }
  }

  void onReset(ErrorCode error, String reason) {
    fail(GrpcUtil.Http2Error.statusForCode(error.code()).withDescription(reason));
  }

  void onClosed() {
    gone = true;
    closed = true;
    scheduleIfStarted();
  }

  /** Ends it from our side. */
  void abort(Status status) {
    endStream(ErrorCode.CANCEL);
    fail(status);
  }

  private void fail(Status status) {
    gone = true;
    if (failure == null) {
      failure = status;
    }
    if (calls.isReady()) { // those that wait for others need wait no more
      schedule();
    }
  }

  /** As {@link #schedule}, for one that will not begin any more. */
  void scheduleIfFailed() {
    if (failure != null) {
      schedule();
    }
  }

  private void scheduleIfStarted() {
    if (request == null) {
      schedule();
    }
  }

  // How gRPC is told; in a task, without the lock.

  @Override
  public void run() {
    Trampoline runner = Trampoline.current();
    Exchange before = runner.enter(this);
    try {
      tell();
    } finally {
      runner.enter(before);
    }
  }

  private void tell() {
    try {
      tellGrpc();
    } catch (RuntimeException | Error e) {
      crash(e);
    }
    while (received != null) {
      drop(nextReceived());
    }
    giveBackConsumed();
  }

  private void tellGrpc() {
    HeaderList headers;
    boolean takes = call == null || finished || call.hasReadAll();
    boolean ended = false;
    int bytesSent;
    Status failed;
    boolean done;
    wire.lock();
    try {
      scheduled = false;
      headers = request;
      request = null;
      inputWaits = !takes && failure == null; // what comes meanwhile is put together
      if (!inputWaits) {
        received = inbound.take();
        ended = inputEnded;
        inputEnded = false;
      }
      bytesSent = sent;
      sent = 0;
      failed = failure;
      done = closed;
    } finally {
      wire.unlock();
    }
    if (headers != null && failed == null) { // else there is no use in a call
      start(headers);
    }
    receive(ended);
    if (refusal != null && (ended || !refusal.canWait())) {
      refuse(refusal);
      refusal = null;
    }
    if (bytesSent > 0 && isCall()) {
      call.transportState().onSentBytes(bytesSent);
    }
    if (failed != null) {
      finish(failed);
    } else if (done) {
      finish(null);
    }
  }

  private boolean isCall() {
    return call != null && !finished;
  }

  private void start(HeaderList headers) {
    try {
      RequestHead head = RequestHead.read(headers, calls.maxMetadataSize());
      method = head.method;
      head.shortenTimeout(waitsSince == 0 ? 0 : System.nanoTime() - waitsSince);
      call = calls.newStream(this, head);
      calls.begin(call, head);
    } catch (RequestHead.Refusal e) {
      refusal = e;
    }
  }

  private void receive(boolean ended) {
    if (received == null && ended && isCall()) {
      call.receiveEnd();
    }
    while (received != null) {
      InboundBuffer.Piece piece = nextReceived();
      if (isCall()) {
        call.receive(piece, ended && received == null);
      } else {
        drop(piece);
      }
    }
  }

  private InboundBuffer.Piece nextReceived() {
    InboundBuffer.Piece piece = received;
    received = piece.next;
    return piece;
  }

  private void drop(InboundBuffer.Piece piece) {
    consumed += piece.length;
    piece.drop();
  }

  /** Tells gRPC how it ended: null if the response is sent. */
  private void finish(Status failed) {
    if (finished || finishing) {
      return;
    }
    finishing = true;
    try {
      if (call != null) {
        call.finish(failed);
      }
      finished = true;
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw e; // it is told again
    } catch (RuntimeException | Error e) {
      finished = true;
      throw e;
    } finally {
      finishing = false;
      if (finished) {
        forget(failed);
      }
    }
  }

  private void forget(Status failed) {
    try {
      calls.ended(this, call, failed == null);
    } finally {
      handlerReturned();
    }
  }

  /** gRPC is about to hand a task over. */
  void handlerComes() {
    busy.incrementAndGet();
  }

  /** A task has run, or was refused. */
  void handlerReturned() {
    if (busy.decrementAndGet() == 0) {
      calls.release(this);
    }
  }

  /** A handler threw what gRPC does not catch. */
  void handlerFailed(Throwable e) {
    calls.logFailure(e);
  }

  /** The full name of the call's method; null before it is known. */
  String method() {
    return method;
  }

  /** Where its tasks wait with those of the other calls of its connection. */
  ConnectionTurns turns() {
    return calls.turns();
  }

  /** Something threw that never should: this call is lost, no other. Never throws. */
  private void crash(Throwable e) {
    MemoryReserve.SHARED.letGoFor(e);
    try {
      finish(loseAnswer(CRASHED));
    } catch (Throwable again) {
      MemoryReserve.SHARED.letGoFor(again);
      wire.retry(this);
    }
    calls.logCrash(e); // last, for it may fail as well
  }

  /** Returns why it has failed; null if the response is sent. */
  private Status loseAnswer(Status why) {
    Status reason;
    wire.lock();
    try {
      if (failure == null && !closed) {
        failure = why;
      }
      reason = failure;
      endStream(ErrorCode.INTERNAL_ERROR);
    } finally {
      wire.unlock();
    }
    wire.flush();
    return reason;
  }

  /**
   * What was to answer has failed, and may not have been able to say so: if the call is still to be
   * answered, nobody else will. From any thread, without the lock. Never throws.
   */
  void abandon(Throwable e) {
    MemoryReserve.SHARED.letGoFor(e);
    boolean open;
    wire.lock();
    try {
      open = !gone && !endSent;
      if (open && failure == null) {
        failure = HANDLER_FAILED;
      }
    } finally {
      wire.unlock();
    }
    if (open) {
      wire.retry(this);
    }
  }

  /**
   * gRPC takes it for answered, and it is not: the task that did so is to {@link #lookAfter} it.
   */
  void leftUnanswered() {
    unanswered = true;
  }

  /** A task of its has run. */
  void lookAfter(Throwable thrown) {
    if (unanswered || thrown != null) {
      abandon(thrown);
    }
  }

  /** Ends it, and has gRPC told, where that could not be done. */
  @Override
  void attempt() {
    wire.lock();
    try {
      if (failure != null && maySend()) {
        endSent = true;
        wire.sendHeaders(stream, ResponseHeaders.status(failure, begun), true);
      }
      schedule();
    } finally {
      wire.unlock();
    }
    wire.flush();
  }

  /** Runs what needs to be alone with gRPC's state of the stream. */
  void execute(Runnable task) {
    StackProbe.require();
    if (tasks.add(() -> settle(task))) {
      wire.run(tasks);
    }
  }

  private void settle(Runnable task) {
    Trampoline runner = Trampoline.current();
    Exchange before = runner.enter(this);
    try {
      task.run();
      if (inputWaits && call.hasReadAll()) {
        tell();
      }
    } catch (RuntimeException | Error e) {
      crash(e);
    } finally {
      runner.enter(before);
    }
    giveBackConsumed();
  }

  /** gRPC has taken bytes; in a task, at whose end the peer may send as many more. */
  void consumed(int bytes) {
    consumed += bytes;
  }

  private void giveBackConsumed() {
    int bytes = consumed;
    if (bytes == 0) {
      return;
    }
    consumed = 0;
    wire.lock();
    try {
      if (!gone) {
        wire.consumed(stream, bytes);
      }
    } finally {
      wire.unlock();
    }
    wire.flush();
  }

  // What gRPC sends; in any thread, without the lock.

  /** From now on the call is not ready while so many bytes wait to be sent. */
  void readyBelow(int bytes) {
    StackProbe.require();
    wire.lock();
    try {
      sentGrain = bytes / SENT_GRAINS;
      if (sent > 0) { // it may be what makes it not ready now
        scheduleIfStarted();
      }
    } finally {
      wire.unlock();
    }
  }

  void sendHeaders(HeaderList headers, boolean flush) {
    StackProbe.require();
    wire.lock();
    try {
      if (maySend()) {
        begun = true;
        wire.sendHeaders(stream, headers, false);
      }
    } finally {
      wire.unlock();
    }
    if (flush) {
      wire.flush();
    }
  }

  void sendMessage(OutboundBuffer message, int messages, boolean flush) {
    StackProbe.require();
    wire.lock();
    try {
      if (maySend()) {
        send(message);
        calls.counters().messagesSent(messages);
      } else {
        message.release();
      }
    } finally {
      wire.unlock();
    }
    if (flush && burst.next()) {
      wire.flushSoon();
    } else if (flush) {
      wire.flush();
    }
  }

  private void send(OutboundBuffer message) {
    if (message.chunk() == null) {
      wire.sendData(stream, message.bytes(), 0, message.readableBytes(), false);
    } else {
      wire.sendData(stream, message.chunk(), message.readableBytes());
    }
  }

  void sendTrailers(HeaderList trailers) {
    StackProbe.require();
    wire.lock();
    try {
      if (maySend()) {
        endSent = true;
        wire.sendHeaders(stream, trailers, true);
      }
    } finally {
      wire.unlock();
    }
    wire.flush();
  }

  /** Under the lock. What is sent is a reason for the client to ping. */
  private boolean maySend() {
    if (gone || endSent) {
      return false;
    }
    calls.sending();
    return true;
  }

  /**
   * Ends it at once, from any thread: its deadline has passed, or the application failed. The
   * client is told so after what it has been sent. RST_STREAM would lose that, and reach a client
   * whose deadline has passed as a cancellation, before its own timer does.
   */
  void cancel(Status status) {
    StackProbe.require();
    try {
      tryToCancel(status);
    } catch (OutOfMemoryError e) {
      MemoryReserve.SHARED.letGoFor(e);
      wire.retry(this);
    }
  }

  private void tryToCancel(Status status) {
    boolean waits;
    wire.lock();
    try {
      if (failure == null) {
        failure = status; // however the stream ends now
      }
      schedule();
      if (maySend()) {
        endSent = true;
        wire.sendHeaders(stream, ResponseHeaders.status(status, begun), true);
      }
      waits = !gone;
    } finally {
      wire.unlock();
    }
    wire.flush();
    if (waits) { // for a client that reads nothing
      wire.schedule(() -> reset(ErrorCode.CANCEL), END_WAITS_NANOS);
    }
  }

  private void reset(ErrorCode error) {
    wire.lock();
    try {
      endStream(error);
    } finally {
      wire.unlock();
    }
    wire.flush();
  }

  /** Under the lock. */
  private void endStream(ErrorCode error) {
    if (!gone) {
      gone = true;
      wire.reset(stream, error);
    }
  }

  /** Ends it because of what the client sent; in a task. */
  void reject(Status status) {
    wire.lock();
    try {
      if (endSent) {
        return; // the application has spoken already
      }
    } finally {
      wire.unlock();
    }
    cancel(status);
    finish(status);
  }

  /** Answers what is no call. */
  private void refuse(RequestHead.Refusal refusal) {
    Status status = refusal.status();
    wire.lock();
    try {
      if (maySend()) {
        endSent = true;
        if (refusal.code == 0) {
          wire.sendHeaders(stream, ResponseHeaders.status(status, false), true);
        } else {
          byte[] body = refusal.getMessage().getBytes(StandardCharsets.UTF_8);
          wire.sendHeaders(stream, ResponseHeaders.httpError(refusal.code, status), false);
          wire.sendData(stream, body, 0, body.length, true);
        }
      }
    } finally {
      wire.unlock();
    }
    wire.flush();
  }
}
