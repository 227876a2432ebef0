package io.github.grpcuds.okhttp;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.concurrent.TimeUnit;

/**
 * gRPC's channel, but its shutdownNow also ends connects that are under way, and connections whose
 * server does not read.
 */
final class UdsManagedChannel extends ManagedChannel {
  private final ManagedChannel delegate;
  private final TransportSocketFactory sockets;
  private final UdsTarget target;

  UdsManagedChannel(ManagedChannel delegate, TransportSocketFactory sockets, UdsTarget target) {
    this.delegate = delegate;
    this.sockets = sockets;
    this.target = target;
  }

  @Override
  public ManagedChannel shutdownNow() {
    delegate.shutdownNow();
    sockets.abort();
    sockets.stopWaiting(target.addresses());
    return this;
  }

  @Override
  public ManagedChannel shutdown() {
    delegate.shutdown();
    sockets.stopWaiting(target.addresses());
    return this;
  }

  @Override
  public boolean isShutdown() {
    return delegate.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return delegate.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return delegate.awaitTermination(timeout, unit);
  }

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> newCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions callOptions) {
    return delegate.newCall(method, callOptions);
  }

  @Override
  public String authority() {
    return delegate.authority();
  }

  @Override
  public ConnectivityState getState(boolean requestConnection) {
    return delegate.getState(requestConnection);
  }

  @Override
  public void notifyWhenStateChanged(ConnectivityState source, Runnable callback) {
    delegate.notifyWhenStateChanged(source, callback);
  }

  @Override
  public void resetConnectBackoff() {
    delegate.resetConnectBackoff();
  }

  @Override
  public void enterIdle() {
    delegate.enterIdle();
  }

  @Override
  public String toString() {
    return delegate.toString();
  }
}
