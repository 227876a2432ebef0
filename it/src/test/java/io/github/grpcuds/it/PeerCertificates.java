package io.github.grpcuds.it;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder with the certificates of a server for localhost and of a client, for programs in other
 * languages: server.pem, server.key, client.pem and client.key. Each side trusts the other's.
 */
final class PeerCertificates {
  private static PeerCertificates shared; // null until a test wants them

  private final Path folder;
  private final Identity server;
  private final Identity client;

  private PeerCertificates(Path folder) throws Exception {
    this.folder = folder;
    server = Identity.create(folder, "server", "localhost");
    client = Identity.create(folder, "client", "client.example");
  }

  /** Those of all tests. */
  static synchronized PeerCertificates shared() throws Exception {
    if (shared == null) {
      Path folder = Files.createTempDirectory("uds");
      folder.toFile().deleteOnExit();
      shared = new PeerCertificates(folder);
      for (File file : folder.toFile().listFiles()) {
        file.deleteOnExit();
      }
    }
    return shared;
  }

  String folder() {
    return folder.toString();
  }

  /**
   * For our server.
   *
   * @param kind tls, or mtls, which asks for the client's
   */
  ServerCredentials serving(String kind) throws IOException {
    return isMutual(kind) ? server.requiring(client) : server.serving();
  }

  /** For our client. */
  ChannelCredentials calling(String kind) throws IOException {
    return isMutual(kind) ? client.trusting(server) : server.trusted();
  }

  private static boolean isMutual(String kind) {
    return kind.equals("mtls");
  }
}
