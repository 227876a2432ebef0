package io.github.grpcuds.spring;

import java.net.BindException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which property asked for what could not be served, why, and what to do. */
final class UdsServerStartFailureAnalyzer extends AbstractFailureAnalyzer<UdsServerStartException> {
  @Override
  protected FailureAnalysis analyze(Throwable rootFailure, UdsServerStartException cause) {
    ServerEndpoint endpoint = cause.endpoint();
    String description =
        String.format(
            "The gRPC server cannot start on %s, for which '%s' asks with the value '%s':%n%n    %s",
            endpoint, endpoint.property(), endpoint.value(), cause.getCause().getMessage());
    return new FailureAnalysis(description, action(endpoint, cause.getCause()), cause);
  }

  private static String action(ServerEndpoint endpoint, Throwable failure) {
    String property = "'" + endpoint.property() + "'";
    if (endpoint.isInherited()) {
      return "Start the application by its socket unit, or remove "
          + property
          + " and set '"
          + ServerAddressProperties.ADDRESS
          + "'.";
    }
    if (failure instanceof NoSuchFileException) {
      return "Create the folder, set 'grpcuds.server.socket.create-parents' to true, or correct "
          + property
          + ".";
    }
    if (failure instanceof AccessDeniedException) {
      return "Let the user of this process write to the folder, or choose another with "
          + property
          + ".";
    }
    if (failure instanceof FileSystemException) {
      return "Correct what the message names, or choose another path with " + property + ".";
    }
    if (failure instanceof BindException) {
      return "Stop the server that listens there, or choose another address with " + property + ".";
    }
    if (failure instanceof SocketException) {
      return "Follow the reason of each backend above: choose another address with "
          + property
          + ", add com.github.jnr:jnr-unixsocket to the class path, or remove the system property"
          + " 'grpcuds.backend'.";
    }
    return "Correct what the message names: 'grpcuds.server.peer' says who may connect.";
  }
}
