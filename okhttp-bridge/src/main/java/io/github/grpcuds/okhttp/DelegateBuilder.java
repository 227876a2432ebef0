package io.github.grpcuds.okhttp;

import io.grpc.ManagedChannelBuilder;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;

/** The builder that a {@link UdsChannelBuilder} forwards to, with the options of grpc-okhttp. */
interface DelegateBuilder {
  /** Takes the options that every builder has, and builds. */
  ManagedChannelBuilder<?> builder();

  void flowControlWindow(int bytes);

  void scheduledExecutorService(ScheduledExecutorService scheduler);

  void sslSocketFactory(SSLSocketFactory factory);

  void hostnameVerifier(HostnameVerifier verifier);

  void tlsConnectionSpec(String[] tlsVersions, String[] cipherSuites);

  /** Sets where transports come from and what they run in. */
  void transports(TransportSocketFactory sockets, Executor executor);
}
