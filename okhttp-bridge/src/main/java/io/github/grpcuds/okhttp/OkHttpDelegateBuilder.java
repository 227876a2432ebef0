package io.github.grpcuds.okhttp;

import io.grpc.ManagedChannelBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;

/** Forwards to grpc-okhttp's own builder. */
final class OkHttpDelegateBuilder implements DelegateBuilder {
  private final OkHttpChannelBuilder builder;

  OkHttpDelegateBuilder(OkHttpChannelBuilder builder) {
    this.builder = builder;
  }

  @Override
  public ManagedChannelBuilder<?> builder() {
    return builder;
  }

  @Override
  public void flowControlWindow(int bytes) {
    builder.flowControlWindow(bytes);
  }

  @Override
  public void scheduledExecutorService(ScheduledExecutorService scheduler) {
    builder.scheduledExecutorService(scheduler);
  }

  @Override
  public void sslSocketFactory(SSLSocketFactory factory) {
    builder.sslSocketFactory(factory);
  }

  @Override
  public void hostnameVerifier(HostnameVerifier verifier) {
    builder.hostnameVerifier(verifier);
  }

  @Override
  public void tlsConnectionSpec(String[] tlsVersions, String[] cipherSuites) {
    builder.tlsConnectionSpec(tlsVersions, cipherSuites);
  }

  @Override
  public void transports(TransportSocketFactory sockets, Executor executor) {
    builder.socketFactory(sockets);
    builder.transportExecutor(executor);
  }
}
