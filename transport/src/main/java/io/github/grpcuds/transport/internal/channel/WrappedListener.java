package io.github.grpcuds.transport.internal.channel;

/** A listener around a backend's own, which pollers watch. */
public interface WrappedListener extends UdsListener {
  /** The backend's. */
  UdsListener listener();
}
