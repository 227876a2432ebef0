package io.github.grpcuds.spring;

import java.io.IOException;

/** The server does not start; the cause says why. */
final class UdsServerStartException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient ServerEndpoint endpoint;

  UdsServerStartException(ServerEndpoint endpoint, IOException cause) {
    super("Cannot serve " + endpoint + ": " + cause.getMessage(), cause);
    this.endpoint = endpoint;
  }

  ServerEndpoint endpoint() {
    return endpoint;
  }
}
