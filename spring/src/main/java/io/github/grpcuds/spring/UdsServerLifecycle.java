package io.github.grpcuds.spring;

import java.io.IOException;
import java.time.Duration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/** Spring's own lifecycle, which says at a failure what could not be served. */
final class UdsServerLifecycle extends GrpcServerLifecycle {
  private final ServerEndpoint endpoint;

  UdsServerLifecycle(
      UdsGrpcServerFactory factory, Duration gracePeriod, ApplicationEventPublisher publisher) {
    super(factory, gracePeriod, publisher);
    this.endpoint = factory.endpoint();
  }

  @Override
  protected void createAndStartGrpcServer() throws IOException {
    try {
      super.createAndStartGrpcServer();
    } catch (IOException e) {
      throw new UdsServerStartException(endpoint, e);
    }
  }
}
