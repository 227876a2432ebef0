package io.github.grpcuds.server;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.internal.AbstractServerStream;
import io.grpc.internal.ReadableBuffers;
import io.grpc.internal.StatsTraceContext;
import io.grpc.internal.StreamListener;
import io.grpc.internal.TransportTracer;
import io.grpc.internal.WritableBuffer;
import io.grpc.internal.WritableBufferAllocator;
import java.io.IOException;
import java.io.InputStream;

/** A call as gRPC's server core sees it: gRPC's framing of messages on top of an exchange. */
final class GrpcStream extends AbstractServerStream {
  private static final WritableBufferAllocator ALLOCATOR = OutboundBuffer::allocate;

  private final Exchange exchange;
  private final State state;
  private final String authority;
  private final Attributes attributes;
  private final Sink sink = new ExchangeSink();
  private volatile Status closedWith;

  GrpcStream(
      Exchange exchange,
      String authority,
      Attributes attributes,
      StatsTraceContext stats,
      TransportTracer tracer,
      int maxMessageSize,
      MessageMemory held,
      HandedMessages handed) {
    super(ALLOCATOR, stats);
    this.exchange = exchange;
    this.authority = authority;
    this.attributes = attributes;
    this.state = new State(exchange, maxMessageSize, stats, tracer, held, handed);
  }

  @Override
  protected State transportState() {
    return state;
  }

  @Override
  protected Sink abstractServerStreamSink() {
    return sink;
  }

  @Override
  public int streamId() {
    return exchange.id();
  }

  @Override
  public String getAuthority() {
    return authority;
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  /** Passes a part of the request on; in a task of the exchange. */
  void receive(InboundBuffer.Piece piece, boolean last) {
    state.receive(piece, last);
    if (last) {
      state.handed.release();
    }
  }

  void receiveEnd() {
    state.inboundDataReceived(ReadableBuffers.empty(), true);
    state.handed.release();
  }

  /** True if gRPC has taken all it was passed: it wants more, as soon as there is some. */
  boolean hasReadAll() {
    return state.unread == 0;
  }

  /** The end, in a task of the exchange: null if the response is sent. */
  void finish(Status failed) {
    state.handed.release();
    state.end(failed);
  }

  @Override
  public void setOnReadyThreshold(int bytes) { // of newer versions of gRPC
    exchange.readyBelow(bytes);
    super.setOnReadyThreshold(bytes);
  }

  /** Whether the application closed it with OK. */
  boolean isClosedOk() {
    Status status = closedWith;
    return status != null && status.isOk();
  }

  private final class ExchangeSink implements Sink {
    @Override
    public void writeHeaders(Metadata headers, boolean flush) {
      exchange.sendHeaders(ResponseHeaders.headers(headers), flush);
    }

    @Override
    public void writeFrame(WritableBuffer frame, boolean flush, int numMessages) {
      OutboundBuffer buffer = (OutboundBuffer) frame;
      int length = buffer.readableBytes();
      if (length > 0) {
        onSendingBytes(length);
        exchange.sendMessage(buffer, numMessages, flush);
      }
    }

    @Override
    public void writeTrailers(Metadata trailers, boolean headersSent, Status status) {
      closedWith = status;
      try {
        exchange.sendTrailers(ResponseHeaders.trailers(trailers, headersSent));
      } catch (StackOverflowError e) {
        exchange.leftUnanswered(); // here is no room to do more
        throw e;
      } catch (RuntimeException | Error e) {
        exchange.abandon(e); // gRPC takes the call for answered: it says no more
        throw e;
      }
    }

    @Override
    public void cancel(Status status) {
      exchange.cancel(status);
    }
  }

  /** gRPC's state of the stream, which tasks of the exchange alone may touch. */
  static final class State extends AbstractServerStream.TransportState {
    private final Exchange exchange;
    private final MessageMemory held;
    private final HandedMessages handed;
    private final StatsTraceContext stats;
    private int unread; // bytes passed to gRPC and not taken yet

    State(
        Exchange exchange,
        int maxMessageSize,
        StatsTraceContext stats,
        TransportTracer tracer,
        MessageMemory held,
        HandedMessages handed) {
      super(maxMessageSize, stats, tracer);
      this.exchange = exchange;
      this.held = held;
      this.handed = handed;
      this.stats = stats;
    }

    void receive(InboundBuffer.Piece piece, boolean last) {
      boolean fits = held.add(piece.length);
      InboundPiece counted = InboundPiece.counted(piece, held);
      if (fits) {
        unread += piece.length;
        inboundDataReceived(counted, last);
      } else {
        String reason =
            "The connection's messages hold "
                + held.held()
                + " bytes that wait to be read, more than "
                + held.limit();
        counted.close();
        exchange.reject(Status.RESOURCE_EXHAUSTED.withDescription(reason));
      }
    }

    /**
     * Tells gRPC, and its tracers, of the end: null if the response is sent. If this throws, it may
     * be called again, until it does not.
     */
    void end(Status failed) {
      Status status = failed == null ? Status.OK : failed;
      if (listener() == null) {
        stats.streamClosed(status); // gRPC has never known the stream
        return;
      }
      if (!handed.isStreamClosed()) {
        report(failed);
        if (handed.isStreamClosed()) {
          return;
        }
        stats.streamClosed(status); // what reads messages has failed in the middle before
      }
      listener().closed(status); // not done the last time, though begun
    }

    private void report(Status failed) {
      if (failed == null) {
        complete();
      } else {
        transportReportStatus(failed);
      }
    }

    /** Used when the application asks for more messages. */
    @Override
    public void runOnTransportThread(Runnable task) {
      handed.release();
      exchange.execute(task);
    }

    /** An executor that refuses the task would keep the messages for good. */
    @Override
    public void messagesAvailable(StreamListener.MessageProducer producer) {
      boolean taken = false;
      try {
        super.messagesAvailable(producer);
        taken = true;
      } finally {
        if (!taken) {
          close(producer);
        }
      }
    }

    private static void close(StreamListener.MessageProducer producer) {
      for (InputStream message = producer.next(); message != null; message = producer.next()) {
        try {
          message.close();
        } catch (IOException e) {
          throw new AssertionError(e); // it is in memory
        }
      }
    }

    @Override
    public void bytesRead(int bytes) {
      unread -= bytes;
      exchange.consumed(bytes);
    }

    @Override
    public void deframeFailed(Throwable cause) {
      exchange.reject(Status.fromThrowable(cause));
    }
  }
}
