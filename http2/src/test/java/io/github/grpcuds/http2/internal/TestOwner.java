package io.github.grpcuds.http2.internal;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A connection's owner, who notes what he is told, and that it is told in an order that may be. */
final class TestOwner implements Http2Listener {
  /** What one stream is about. */
  static final class Call {
    final Http2Stream stream;
    final HeaderList request;
    final ByteArrayOutputStream body = new ByteArrayOutputStream();
    long sent;
    int parts;
    boolean requestEnded;
    boolean closed;
    ErrorCode reset;
    String resetReason;

    Call(Http2Stream stream, HeaderList request) {
      this.stream = stream;
      this.request = request;
    }

    boolean isOpen() {
      return !closed && reset == null;
    }
  }

  /** Calls by the stream's number, those that have ended too. */
  final Map<Integer, Call> calls = new HashMap<>();

  final List<String> events = new ArrayList<>();
  boolean quiet; // notes no events
  boolean forgets; // keeps no calls that have ended, and no bodies
  int requests;
  int shared; // parts of bodies in chunks
  int ended;
  ErrorCode failure;
  String failureReason;

  Http2Stream stream(int id) {
    return calls.get(id).stream;
  }

  /** The events since the last time. */
  String take() {
    String all = String.join(", ", events);
    events.clear();
    return all;
  }

  @Override
  public void onPreface() {}

  @Override
  public void onRequest(Http2Stream stream, HeaderList headers, boolean endOfStream) {
    note("request " + stream.id() + (endOfStream ? " end" : ""));
    Call call = new Call(stream, headers);
    call.requestEnded = endOfStream;
    stream.attach(call);
    check(calls.put(stream.id(), call) == null, "second request on one stream", stream);
    requests++;
  }

  @Override
  public void onData(
      Http2Stream stream, byte[] buffer, int offset, int length, boolean endOfStream) {
    note("data " + stream.id() + " " + length + (endOfStream ? " end" : ""));
    Call call = open(stream);
    check(!call.requestEnded, "data after the end", stream);
    check(length > 0 || endOfStream, "no data and no end", stream);
    if (!forgets) {
      call.body.write(buffer, offset, length);
    }
    call.parts++;
    call.requestEnded = endOfStream;
  }

  @Override
  public void onData(
      Http2Stream stream, InputChunk chunk, int offset, int length, boolean endOfStream) {
    byte[] bytes = new byte[length];
    chunk.part(offset, length).get(bytes);
    onData(stream, bytes, 0, length, endOfStream);
    shared++;
  }

  @Override
  public void onSent(Http2Stream stream, int bytes) {
    note("sent " + stream.id() + " " + bytes);
    check(bytes > 0, "nothing sent", stream);
    open(stream).sent += bytes;
  }

  @Override
  public void onReset(Http2Stream stream, ErrorCode error, String reason) {
    note("reset " + stream.id() + " " + error);
    Call call = open(stream);
    call.reset = error;
    call.resetReason = reason;
    end(stream);
  }

  @Override
  public void onClosed(Http2Stream stream) {
    note("closed " + stream.id());
    open(stream).closed = true;
    end(stream);
  }

  /** The owner has ended a stream himself. */
  void ended(Http2Stream stream) {
    open(stream).reset = ErrorCode.INTERNAL_ERROR;
    end(stream);
  }

  private void end(Http2Stream stream) {
    ended++;
    if (forgets) {
      calls.remove(stream.id());
    }
  }

  @Override
  public void onPing() {
    note("ping");
  }

  @Override
  public void onPingAck(long payload) {
    note("pingAck " + payload);
  }

  @Override
  public void onGoAway(ErrorCode error, String debugData) {
    note("goAway " + error + " " + debugData);
  }

  @Override
  public void onConnectionError(ErrorCode error, String reason) {
    note("failed " + error);
    if (failure != null) {
      throw new AssertionError("two errors of the connection: " + failure + ", " + error);
    }
    failure = error;
    failureReason = reason;
  }

  private void note(String event) {
    if (!quiet) {
      events.add(event);
    }
  }

  private Call open(Http2Stream stream) {
    Call call = (Call) stream.attachment();
    check(call != null && call.stream == stream, "unknown stream", stream);
    check(call.isOpen(), "told about a stream that has ended", stream);
    return call;
  }

  private void check(boolean holds, String wrong, Http2Stream stream) {
    if (!holds) {
      throw new AssertionError("stream " + stream.id() + ": " + wrong + ", after " + events);
    }
  }
}
