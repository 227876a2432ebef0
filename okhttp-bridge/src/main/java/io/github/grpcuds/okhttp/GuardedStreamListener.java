package io.github.grpcuds.okhttp;

import io.github.grpcuds.executor.internal.PrintableText;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.internal.ClientStreamListener;

/** Hears what comes of a stream; what the server says of its end is made fit to be logged. */
final class GuardedStreamListener implements ClientStreamListener {
  private final ClientStreamListener listener;

  GuardedStreamListener(ClientStreamListener listener) {
    this.listener = listener;
  }

  @Override
  public void headersRead(Metadata headers) {
    listener.headersRead(headers);
  }

  @Override
  public void messagesAvailable(MessageProducer producer) {
    listener.messagesAvailable(producer);
  }

  @Override
  public void onReady() {
    listener.onReady();
  }

  @Override
  public void closed(Status status, RpcProgress progress, Metadata trailers) {
    String text = status.getDescription();
    Status fit = text == null ? status : status.withDescription(PrintableText.escape(text));
    listener.closed(fit, progress, trailers);
  }
}
