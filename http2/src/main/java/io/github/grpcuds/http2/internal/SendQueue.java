package io.github.grpcuds.http2.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The bodies that wait to be sent, and the windows they wait for (RFC 9113, section 5.2).
 *
 * <p>Streams take turns, a frame each. DATA goes to the output only while that is short, so that a
 * slow peer finds little of it there, and what is queued can still be dropped.
 */
final class SendQueue {
  /** More than a socket takes at a time, so that it need never wait for more. */
  static final int MAX_OUTPUT_BYTES = 256 * 1024;

  /** The same for DATA if several streams share it: what is in the output is not overtaken. */
  static final int SHARED_OUTPUT_BYTES = 32 * 1024;

  /**
   * For how many bytes of DATA it counts as shared once there was a second stream. That of a caller
   * that makes one call after the other is open for a part of the time only.
   */
  static final int SHARED_FOR_BYTES = 64 * 1024 * 1024;

  private static final int MIN_DROPPED = 16;

  /** Told when the last frame of a stream is in the output. */
  interface EndListener {
    void sentEnd(Http2Stream stream);
  }

  private final FrameWriter writer;
  private final OutputBuffer output;
  private final PendingBytes pending;
  private final StreamTable open;
  private final Http2Listener listener;
  private final EndListener endListener;
  private final ArrayDeque<Http2Stream> answers = new ArrayDeque<>(); // that need no window
  private final ArrayDeque<Http2Stream> ready = new ArrayDeque<>();
  private int dropped; // of ready: streams that have ended
  private int droppedAnswers; // of answers
  private long answerBytes; // that wait in answers
  private final List<Http2Stream> toReport = new ArrayList<>();
  private int connectionWindow = Frames.DEFAULT_WINDOW;
  private int initialWindow = Frames.DEFAULT_WINDOW;
  private long framesSent;
  private long bytesSent;
  private long sharedUntil; // as bytesSent

  SendQueue(
      FrameWriter writer,
      OutputBuffer output,
      PendingBytes pending,
      StreamTable open,
      Http2Listener listener,
      EndListener endListener) {
    this.writer = writer;
    this.output = output;
    this.pending = pending;
    this.open = open;
    this.listener = listener;
    this.endListener = endListener;
  }

  void opened(Http2Stream stream) {
    stream.sendWindow = initialWindow;
  }

  /** DATA frames sent so far. */
  long framesSent() {
    return framesSent;
  }

  /** Bytes of DATA sent so far. */
  long bytesSent() {
    return bytesSent;
  }

  int connectionWindow() {
    return connectionWindow;
  }

  /**
   * Adds to the queue of a stream.
   *
   * @param chunk whose array the buffer is; null if it is nobody's
   */
  void add(
      Http2Stream stream,
      byte[] buffer,
      int offset,
      int length,
      OutputChunk chunk,
      boolean endOfStream) {
    if (length > 0) {
      long before = stream.queue.cost();
      stream.queue.add(buffer, offset, length, chunk);
      pending.add(stream.queue.cost() - before);
    }
    if (endOfStream) {
      end(stream, null);
    } else {
      schedule(stream);
    }
  }

  /** Sends header fields, before what is in the queue; later, if the output is long already. */
  void headers(Http2Stream stream, HeaderList headers) {
    if (!isLong() || stream.queue.bytes() > 0) {
      writer.headers(stream.id(), headers, false);
    } else {
      stream.headers = headers;
      charge(stream, headers);
      answerLater(stream, headers);
    }
  }

  private boolean isLong() {
    return output.size() >= MAX_OUTPUT_BYTES;
  }

  private void charge(Http2Stream stream, HeaderList headers) {
    stream.queue.charge(headers.bytes());
    pending.add(headers.bytes());
  }

  private void answerLater(Http2Stream stream, HeaderList headers) {
    if (!stream.waitsToAnswer) {
      answers.add(stream);
      stream.waitsToAnswer = true;
    }
    long bytes = headers == null ? 0 : headers.bytes();
    stream.answerBytes += bytes;
    answerBytes += bytes;
  }

  /** Header fields that wait for nothing but the client to read. */
  long answerBytes() {
    return answerBytes;
  }

  private void answersNoMore(Http2Stream stream) {
    answerBytes -= stream.answerBytes;
    stream.answerBytes = 0;
  }

  /** The stream's end is to follow its queue: trailers, or a flag if they are null. */
  void end(Http2Stream stream, HeaderList trailers) {
    stream.endQueued = true;
    stream.trailers = trailers;
    if (stream.queue.bytes() > 0) {
      if (trailers != null) {
        charge(stream, trailers);
      }
      schedule(stream);
    } else if (isLong() || stream.waitsToAnswer) {
      if (trailers != null) {
        charge(stream, trailers);
      }
      answerLater(stream, trailers);
    } else {
      endNow(stream);
    }
  }

  /** The end of a stream that has nothing else to send. */
  private void endNow(Http2Stream stream) {
    if (stream.trailers == null) {
      writer.data(stream.id(), stream.queue, 0, true);
    }
    finish(stream);
  }

  private void schedule(Http2Stream stream) {
    if (!stream.scheduled && stream.queue.bytes() > 0 && stream.sendWindow > 0) {
      stream.scheduled = true;
      ready.add(stream);
    }
  }

  /** Moves to the output what windows and its length allow. */
  void pump() {
    answer();
    if (open.size() > 1) {
      sharedUntil = bytesSent + SHARED_FOR_BYTES;
    }
    int most = bytesSent < sharedUntil ? SHARED_OUTPUT_BYTES : MAX_OUTPUT_BYTES;
    while (output.size() < most && connectionWindow > 0) {
      Http2Stream stream = ready.poll();
      if (stream == null) {
        break;
      }
      stream.scheduled = false;
      if (!stream.open) {
        dropped--;
      } else if (stream.sendWindow > 0) {
        send(stream);
      }
    }
    report();
  }

  /** Sends what needs no window, as far as the output's length allows. */
  private void answer() {
    while (!answers.isEmpty() && !isLong()) {
      Http2Stream stream = answers.poll();
      stream.waitsToAnswer = false;
      answersNoMore(stream);
      if (!stream.open) {
        droppedAnswers--;
      } else {
        sendHeaders(stream);
        if (stream.endQueued && stream.queue.bytes() == 0) {
          endNow(stream);
        }
      }
    }
  }

  private void sendHeaders(Http2Stream stream) {
    if (stream.headers != null) {
      writer.headers(stream.id(), stream.headers, false);
      stream.queue.charge(-stream.headers.bytes());
      pending.remove(stream.headers.bytes());
      stream.headers = null;
    }
  }

  private void send(Http2Stream stream) {
    sendHeaders(stream);
    int window = Math.min(stream.sendWindow, connectionWindow);
    int length = Math.min(Math.min(stream.queue.bytes(), writer.maxFrameSize()), window);
    boolean last = length == stream.queue.bytes() && stream.endQueued;
    long before = stream.queue.cost();
    writer.data(stream.id(), stream.queue, length, last && stream.trailers == null);
    framesSent++;
    bytesSent += length;
    pending.remove(before - stream.queue.cost());
    connectionWindow -= length;
    stream.sendWindow -= length;
    if (stream.sent == 0) {
      toReport.add(stream);
    }
    stream.sent += length;
    if (last) {
      finish(stream);
    } else {
      schedule(stream);
    }
  }

  private void finish(Http2Stream stream) {
    if (stream.trailers != null) {
      writer.headers(stream.id(), stream.trailers, true);
    }
    report(stream);
    endListener.sentEnd(stream);
  }

  private void report() {
    for (Http2Stream stream : toReport) {
      report(stream);
    }
    toReport.clear();
  }

  private void report(Http2Stream stream) {
    int sent = stream.sent;
    if (sent > 0 && stream.open) {
      stream.sent = 0;
      listener.onSent(stream, sent);
    }
  }

  /** Drops what a stream has queued: it has ended. */
  void drop(Http2Stream stream) {
    pending.remove(stream.queue.cost());
    stream.queue.clear();
    stream.headers = null;
    answersNoMore(stream);
    if (stream.scheduled) {
      dropped = forgetDropped(dropped + 1, ready);
    }
    if (stream.waitsToAnswer) {
      droppedAnswers = forgetDropped(droppedAnswers + 1, answers);
    }
  }

  /**
   * Streams that ended while nothing could be sent would else be kept until something can.
   *
   * @return how many of those that ended are still there
   */
  private static int forgetDropped(int dropped, ArrayDeque<Http2Stream> streams) {
    if (dropped <= MIN_DROPPED || 2 * dropped <= streams.size()) {
      return dropped;
    }
    for (int left = streams.size(); left > 0; left--) {
      Http2Stream stream = streams.poll();
      if (stream.open) {
        streams.add(stream);
      }
    }
    return 0;
  }

  /** Streams that are kept to have their turn, those that have ended included. */
  int scheduled() {
    return ready.size();
  }

  /** False if the window would pass 2^31-1. */
  boolean increaseWindow(int increment) {
    if (connectionWindow + (long) increment > Frames.MAX_WINDOW) {
      return false;
    }
    connectionWindow += increment;
    return true;
  }

  /** False if the window would pass 2^31-1. */
  boolean increaseWindow(Http2Stream stream, int increment) {
    if (stream.sendWindow + (long) increment > Frames.MAX_WINDOW) {
      return false;
    }
    stream.sendWindow += increment;
    schedule(stream);
    return true;
  }

  /** Changes the windows of all streams (section 6.9.2); false if one would pass 2^31-1. */
  boolean setInitialWindow(int bytes, StreamTable streams) {
    long change = (long) bytes - initialWindow;
    initialWindow = bytes;
    if (change == 0) {
      return true;
    }
    for (Http2Stream stream : streams.all()) {
      if (stream.sendWindow + change > Frames.MAX_WINDOW) {
        return false;
      }
      stream.sendWindow = (int) (stream.sendWindow + change);
      schedule(stream);
    }
    return true;
  }
}
