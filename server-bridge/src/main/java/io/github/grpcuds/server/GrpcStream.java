package io.github.grpcuds.server;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.internal.AbstractServerStream;
import io.grpc.internal.ReadableBuffers;
import io.grpc.internal.StatsTraceContext;
import io.grpc.internal.TransportTracer;
import io.grpc.internal.WritableBuffer;
import io.grpc.internal.WritableBufferAllocator;

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
      HeldBytes held) {
    super(ALLOCATOR, stats);
    this.exchange = exchange;
    this.authority = authority;
    this.attributes = attributes;
    this.state = new State(exchange, maxMessageSize, stats, tracer, held);
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
  }

  void receiveEnd() {
    state.inboundDataReceived(ReadableBuffers.empty(), true);
  }

  /** The end, in a task of the exchange: null if the response is sent. */
  void finish(Status failed) {
    if (failed == null) {
      state.complete();
    } else {
      state.fail(failed);
    }
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
      exchange.sendTrailers(ResponseHeaders.trailers(trailers, headersSent));
    }

    @Override
    public void cancel(Status status) {
      exchange.cancel(status);
    }
  }

  /** gRPC's state of the stream, which tasks of the exchange alone may touch. */
  static final class State extends AbstractServerStream.TransportState {
    private final Exchange exchange;
    private final HeldBytes held;

    State(
        Exchange exchange,
        int maxMessageSize,
        StatsTraceContext stats,
        TransportTracer tracer,
        HeldBytes held) {
      super(maxMessageSize, stats, tracer);
      this.exchange = exchange;
      this.held = held;
    }

    void receive(InboundBuffer.Piece piece, boolean last) {
      boolean fits = held.add(piece.length);
      InboundPiece counted = InboundPiece.counted(piece, held);
      if (fits) {
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

    /** Without a listener gRPC has never known the stream. */
    void fail(Status status) {
      if (listener() != null) {
        transportReportStatus(status);
      }
    }

    @Override
    public void runOnTransportThread(Runnable task) {
      exchange.execute(task);
    }

    @Override
    public void bytesRead(int bytes) {
      exchange.consumed(bytes);
    }

    @Override
    public void deframeFailed(Throwable cause) {
      exchange.reject(Status.fromThrowable(cause));
    }
  }
}
