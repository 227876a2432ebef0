package io.github.grpcuds.it;

import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/** Shakes hands as TLS has it, HTTP/2 agreed on, and says nothing ever after. */
final class SilentTlsServer implements Closeable {
  final CountDownLatch shaken = new CountDownLatch(1);
  private final Identity identity;
  private final RawServer server;

  SilentTlsServer(String path, Identity identity) throws IOException {
    this.identity = identity;
    this.server = new RawServer(path, this::shakeHands);
  }

  private void shakeHands(Socket client) throws IOException {
    identity.accept(client);
    shaken.countDown();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
