package io.github.grpcuds.spring;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.SocketFileOptions;
import io.grpc.Server;
import java.util.List;
import org.springframework.grpc.server.DefaultGrpcServerFactory;
import org.springframework.grpc.server.ServerBuilderCustomizer;
import org.springframework.grpc.server.service.GrpcServiceConfigurer;
import org.springframework.grpc.server.service.GrpcServiceDiscoverer;

/**
 * Makes the gRPC server on a Unix domain socket. It is configured by properties. What they do not
 * have, a bean of the type {@code ServerBuilderCustomizer<UdsServerBuilder>} can set.
 */
public final class UdsGrpcServerFactory extends DefaultGrpcServerFactory<UdsServerBuilder> {
  private final ServerEndpoint endpoint;
  private final SocketFileOptions socketFile;
  private final PeerPolicy peerPolicy; // null: the builder's default
  private final boolean notifySystemd;
  private boolean hasServices;

  UdsGrpcServerFactory(
      ServerEndpoint endpoint,
      UdsServerProperties properties,
      List<ServerBuilderCustomizer<UdsServerBuilder>> customizers,
      ServerTls tls) {
    super(endpoint.toString(), customizers, tls.keys(), tls.trust(), tls.clientAuth());
    this.endpoint = endpoint;
    this.socketFile = SocketFiles.of(properties.getSocket());
    this.peerPolicy = PeerPolicies.of(properties.getPeer());
    this.notifySystemd = properties.getSystemd().isNotify();
  }

  void addServices(GrpcServiceDiscoverer discoverer, GrpcServiceConfigurer configurer) {
    hasServices = true;
    discoverer.findServices().stream()
        .map(service -> configurer.configure(service, this))
        .forEach(this::addService);
  }

  /** Makes a server; null, which means none, if the application has no services. */
  @Override
  public Server createServer() {
    return hasServices ? super.createServer() : null;
  }

  ServerEndpoint endpoint() {
    return endpoint;
  }

  /** Not -1, which means a server without a socket, for which TLS would be left out. */
  @Override
  protected int port() {
    return 0;
  }

  @Override
  protected UdsServerBuilder newServerBuilder() {
    UdsServerBuilder builder = endpoint.newBuilder(credentials());
    if (!endpoint.isInherited()) {
      builder.socketFile(socketFile); // an inherited one is not ours to set
    }
    if (peerPolicy != null) {
      builder.peerPolicy(peerPolicy);
    }
    return notifySystemd ? builder.notifySystemd() : builder;
  }
}
