package io.github.grpcuds.transport.internal.channel;

import java.io.IOException;

/** A listener around a backend's own, which pollers watch. It does what that does. */
public abstract class WrappedListener implements UdsListener {
  private final UdsListener listener;

  protected WrappedListener(UdsListener listener) {
    this.listener = listener;
  }

  /** The backend's. */
  public final UdsListener listener() {
    return listener;
  }

  @Override
  public final UdsChannel accept() throws IOException {
    return listener.accept();
  }

  @Override
  public final boolean awaitAcceptable(long timeoutMillis) throws IOException {
    return listener.awaitAcceptable(timeoutMillis);
  }

  @Override
  public final Poller newPoller() throws IOException {
    return listener.newPoller();
  }

  @Override
  public final String backend() {
    return listener.backend();
  }

  @Override
  public final String peerRefusal() {
    return listener.peerRefusal();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
