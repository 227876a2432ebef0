package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.server.UdsServerBuilder;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class H2specTest {
  private static final int CASES = 145;

  /** Starts of the names of cases that a gRPC server cannot pass, each argued. */
  private static final Set<String> EXCEPTIONS = Collections.emptySet();

  @RegisterExtension final Sockets sockets = new Sockets();

  @Test
  void everyCasePasses() throws Exception {
    assertConformance("h2spec", CASES, InsecureServerCredentials.create());
  }

  /** One case more, about recommendations. */
  @Test
  void everyStrictCasePasses() throws Exception {
    assertConformance("h2spec -S", CASES + 1, InsecureServerCredentials.create(), "-S");
  }

  @Test
  void everyCasePassesOverTls(@TempDir Path certificates) throws Exception {
    Identity server = Identity.create(certificates, "server", "localhost");
    ServerCredentials creds =
        TlsServerCredentials.create(server.certificate.toFile(), server.key.toFile());
    assertConformance("h2spec over TLS", CASES, creds, "-t", "-k");
  }

  private void assertConformance(String what, int cases, ServerCredentials creds, String... options)
      throws Exception {
    H2spec.assumeAvailable();
    String path = sockets.path("s");
    sockets.start(
        UdsServerBuilder.forPath(path, creds)
            .addService(new ByteEcho())
            .maxConcurrentCallsPerConnection(100)); // the case 5.1.2 opens one more
    try (TcpRelay relay = TcpRelay.start(path)) {
      H2spec.Result result = H2spec.run(relay.port(), options);
      System.out.println(what + ": " + result);
      assertEquals(cases, result.all.size(), "cases run");
      List<String> unexpected =
          result.failed.stream()
              .filter(failed -> EXCEPTIONS.stream().noneMatch(failed::startsWith))
              .collect(Collectors.toList());
      assertTrue(unexpected.isEmpty(), () -> String.join("\n", unexpected));
    }
  }
}
