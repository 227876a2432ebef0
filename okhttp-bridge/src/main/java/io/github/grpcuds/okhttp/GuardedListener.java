package io.github.grpcuds.okhttp;

import io.grpc.Attributes;
import io.grpc.Status;
import io.grpc.internal.DisconnectError;
import io.grpc.internal.ManagedClientTransport;
import java.lang.reflect.InvocationTargetException;

/** Tells a transport's guard how the transport gets on, before it tells gRPC. */
final class GuardedListener implements ManagedClientTransport.Listener {
  private final ManagedClientTransport.Listener delegate;
  private final GuardedTransport transport;

  GuardedListener(ManagedClientTransport.Listener delegate, GuardedTransport transport) {
    this.delegate = delegate;
    this.transport = transport;
  }

  @Override
  public void transportReady() {
    transport.ready();
    delegate.transportReady();
  }

  @Override
  public void transportShutdown(Status status, DisconnectError error) {
    delegate.transportShutdown(transport.ended(status), error);
  }

  /** That of older versions of gRPC. */
  public void transportShutdown(Status status) {
    try {
      ManagedClientTransport.Listener.class
          .getMethod("transportShutdown", Status.class)
          .invoke(delegate, transport.ended(status));
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("gRPC's listener failed", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("gRPC's listener differs", e);
    }
  }

  @Override
  public void transportTerminated() {
    transport.terminated();
    delegate.transportTerminated();
  }

  @Override
  public void transportInUse(boolean inUse) {
    delegate.transportInUse(inUse);
  }

  @Override
  public Attributes filterTransport(Attributes attributes) {
    return delegate.filterTransport(attributes);
  }
}
