package io.github.grpcuds.it;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** Shakes hands as TLS has it, HTTP/2 agreed on, and says nothing ever after. */
final class SilentTlsServer implements Closeable {
  final CountDownLatch shaken = new CountDownLatch(1);
  private final ServerSocket server;
  private final SSLContext context;
  private volatile Socket accepted;

  SilentTlsServer(String path, Path keys, String password) throws Exception {
    server = new UdsServerSocketFactory(UdsAddress.ofPath(path)).createServerSocket(0);
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(keys)) {
      store.load(in, password.toCharArray());
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password.toCharArray());
    context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    Thread thread = new Thread(this::serve, "silent TLS");
    thread.setDaemon(true);
    thread.start();
  }

  private void serve() {
    try {
      while (true) {
        accepted = server.accept();
        shakeHands(accepted);
      }
    } catch (IOException | ReflectiveOperationException e) {
      // The test sees that nobody has shaken hands, or has closed this.
    }
  }

  private void shakeHands(Socket client) throws ReflectiveOperationException {
    try {
      SSLSocket socket =
          (SSLSocket) context.getSocketFactory().createSocket(client, "localhost", 0, true);
      socket.setUseClientMode(false);
      SSLParameters parameters = socket.getSSLParameters();
      // Java 9's, which later versions of 8 have as well.
      SSLParameters.class
          .getMethod("setApplicationProtocols", String[].class)
          .invoke(parameters, (Object) new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      shaken.countDown();
    } catch (IOException e) {
      // The client has given up: the next may have more time.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Socket open = accepted;
    if (open != null) {
      open.close();
    }
  }
}
