package io.github.grpcuds.it;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.BeforeClass;
import org.junit.ClassRule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.junit.runner.RunWith;
import org.junit.runners.JUnit4;

/** gRPC's interop suite over mutual TLS. */
@RunWith(JUnit4.class)
public class InteropTlsTest extends UdsInterop {
  @ClassRule public static final TemporaryFolder CERTIFICATES = new TemporaryFolder();

  private static Identity server;
  private static Identity client;

  @BeforeClass
  public static void makeCertificates() throws Exception {
    server = Identity.create(CERTIFICATES.getRoot().toPath(), "server", "localhost");
    client = Identity.create(CERTIFICATES.getRoot().toPath(), "client", "client.example");
  }

  @Override
  ServerCredentials serverCredentials() {
    try {
      return server.requiring(client);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  ChannelCredentials channelCredentials() {
    try {
      return client.trusting(server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  UdsInterop another() {
    return new InteropTlsTest();
  }

  /** Else the suite would pass in plain text, too. */
  @Test
  public void certificateOfTheClientIsSeen() {
    assertX500SubjectDn("CN=client");
  }
}
