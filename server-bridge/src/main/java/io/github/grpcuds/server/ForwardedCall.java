package io.github.grpcuds.server;

import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A call that came in, joined to one that goes out: what happens to either is done to the other.
 *
 * <p>Each direction takes its next message when the other side is ready for it. So a call holds one
 * message each way, and what gRPC buffers before it says that it is not ready.
 *
 * <p>gRPC runs the events of each side one after the other, and those of the two sides at the same
 * time. {@link #onward} takes what the events of the incoming side bring, and {@link #incoming}
 * what those of the outgoing side do. What both touch are the two {@link Pull}s.
 */
final class ForwardedCall {
  private final ServerCall<byte[], byte[]> incoming;
  private final ClientCall<byte[], byte[]> onward;
  private final Pull requests;
  private final Pull responses;

  ForwardedCall(ServerCall<byte[], byte[]> incoming, ClientCall<byte[], byte[]> onward) {
    this.incoming = incoming;
    this.onward = onward;
    this.requests = new Pull(onward::isReady, incoming::request);
    this.responses = new Pull(incoming::isReady, onward::request);
  }

  /** Sets both going. Returns what takes the events of the incoming side. */
  ServerCall.Listener<byte[]> start(Metadata headers) {
    onward.start(new Responses(), headers);
    onward.request(1);
    incoming.request(1);
    return new Requests();
  }

  /** Asks one side for its next message when the other one is ready for it. */
  private static final class Pull {
    private final Readiness sink;
    private final Source source;
    private final AtomicBoolean due = new AtomicBoolean();

    Pull(Readiness sink, Source source) {
      this.sink = sink;
      this.source = source;
    }

    /** A message was passed on. By the events of the source. */
    void next() {
      due.set(true); // before the look, or a sink that becomes ready now would find nothing due
      if (sink.isReady()) {
        ready();
      }
    }

    /** The sink is ready. In any thread. */
    void ready() {
      if (due.compareAndSet(true, false)) {
        source.request(1);
      }
    }
  }

  private interface Readiness {
    boolean isReady();
  }

  private interface Source {
    void request(int messages);
  }

  private final class Requests extends ServerCall.Listener<byte[]> {
    @Override
    public void onMessage(byte[] message) {
      onward.sendMessage(message);
      requests.next();
    }

    @Override
    public void onHalfClose() {
      onward.halfClose();
    }

    @Override
    public void onReady() {
      responses.ready();
    }

    @Override
    public void onCancel() {
      Context context = Context.current();
      Status why = context.isCancelled() ? Contexts.statusFromCancelled(context) : Status.CANCELLED;
      onward.cancel("The caller's call ended: " + why.getDescription(), why.getCause());
    }
  }

  private final class Responses extends ClientCall.Listener<byte[]> {
    @Override
    public void onHeaders(Metadata headers) {
      Compression.apply(headers, incoming);
      HopByHop.removeFrom(headers);
      incoming.sendHeaders(headers);
    }

    @Override
    public void onMessage(byte[] message) {
      incoming.sendMessage(message);
      responses.next();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      HopByHop.removeFrom(trailers);
      incoming.close(status, trailers);
    }

    @Override
    public void onReady() {
      requests.ready();
    }
  }
}
