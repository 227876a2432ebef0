package io.github.grpcuds.server;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** A client's engine and a server's filter, joined in memory by one thread. */
final class TlsPair {
  /** More steps than any exchange takes. */
  private static final int MAX_STEPS = 1_000_000;

  private static final int READ = 64 * 1024;

  final SSLEngine client;
  final ByteFilter server;

  /** What came out at each end. */
  final ByteArrayOutputStream atServer = new ByteArrayOutputStream();

  final ByteArrayOutputStream atClient = new ByteArrayOutputStream();

  /** Records on their way. */
  final ByteArrayOutputStream toServer = new ByteArrayOutputStream();

  final ByteArrayOutputStream toClient = new ByteArrayOutputStream();

  /** How many bytes of a record's stream go in at once. */
  private final Random random;

  private final int maxChunk;

  int tasks;

  TlsPair(SSLEngine client, ByteFilter server) {
    this(client, server, READ, 1);
  }

  TlsPair(SSLEngine client, ByteFilter server, int maxChunk, long seed) {
    this.client = client;
    this.server = server;
    this.maxChunk = maxChunk;
    this.random = new Random(seed);
  }

  /** The credentials of a server, by the names of its files. */
  static ServerCredentials credentials(String name) throws IOException {
    return TlsServerCredentials.create(Pem.open(name + ".pem"), Pem.open(name + ".key"));
  }

  static ServerCredentials credentials(String trusted, TlsServerCredentials.ClientAuth clientAuth)
      throws IOException {
    return TlsServerCredentials.newBuilder()
        .keyManager(Pem.open("server.pem"), Pem.open("server.key"))
        .trustManager(Pem.open(trusted + ".pem"))
        .clientAuth(clientAuth)
        .build();
  }

  /**
   * A client that trusts one certificate.
   *
   * @param identity its own, or null
   */
  static SSLContext clientContext(String trusted, String identity) throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore roots = store();
    roots.setCertificateEntry("root", certificate(trusted));
    trust.init(roots);
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    KeyStore store = store();
    if (identity != null) {
      store.setKeyEntry(
          "own",
          PrivateKeys.read(Pem.read(identity + ".key"), null),
          new char[0],
          new Certificate[] {certificate(identity)});
    }
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManager own =
        new AlwaysThis("own", (X509ExtendedKeyManager) keys.getKeyManagers()[0], identity != null);
    context.init(new KeyManager[] {own}, trust.getTrustManagers(), null);
    return context;
  }

  private static Certificate certificate(String name) throws Exception {
    return CertificateFactory.getInstance("X.509").generateCertificate(Pem.open(name + ".pem"));
  }

  private static KeyStore store() throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }

  static SSLEngine client(SSLContext context, String protocol, String... alpn) {
    SSLEngine engine = context.createSSLEngine("localhost", 1);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {protocol});
    parameters.setApplicationProtocols(alpn);
    engine.setSSLParameters(parameters);
    return engine;
  }

  /** Shakes hands until both ends are at rest. */
  void handshake() throws IOException {
    client.beginHandshake();
    exchange();
  }

  /** Moves what there is to move, until nothing moves. */
  void exchange() throws IOException {
    for (int i = 0; i < MAX_STEPS; i++) {
      boolean clientMoved = stepClient(ByteBuffer.allocate(0));
      if (!stepServer() && !clientMoved) {
        return;
      }
    }
    throw new AssertionError("still not at rest; client: " + client.getHandshakeStatus());
  }

  void clientSends(byte[] bytes) throws IOException {
    ByteBuffer source = ByteBuffer.wrap(bytes);
    while (source.hasRemaining()) {
      wrapClient(source);
    }
  }

  void serverSends(byte[] bytes) throws IOException {
    int offset = 0;
    while (offset < bytes.length) {
      int length = 1 + random.nextInt(Math.min(bytes.length - offset, READ));
      int taken = server.output(bytes, offset, length, toClient::write);
      if (taken <= 0 || taken > length) {
        throw new AssertionError("output took " + taken + " of " + length);
      }
      offset += taken;
    }
  }

  private boolean stepClient(ByteBuffer source) throws SSLException {
    Runnable task;
    while ((task = client.getDelegatedTask()) != null) {
      task.run();
    }
    if (client.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      boolean wrapped = wrapClient(source).bytesProduced() > 0;
      return unwrapClient() || wrapped;
    }
    return unwrapClient();
  }

  SSLEngineResult wrapClient(ByteBuffer source) throws SSLException {
    ByteBuffer packet = ByteBuffer.allocate(PacketBuffers.SIZE);
    SSLEngineResult result = client.wrap(source, packet);
    toServer.write(packet.array(), 0, packet.position());
    return result;
  }

  private boolean unwrapClient() throws SSLException {
    if (toClient.size() == 0 || client.isInboundDone()) {
      return false;
    }
    ByteBuffer source = ByteBuffer.wrap(toClient.toByteArray());
    ByteBuffer plain = ByteBuffer.allocate(PacketBuffers.SIZE);
    try {
      client.unwrap(source, plain);
    } finally {
      toClient.reset();
      toClient.write(source.array(), source.position(), source.remaining());
    }
    atClient.write(plain.array(), 0, plain.position());
    return source.position() > 0;
  }

  /** What the client has sent and the server has not seen; it is for the caller to pass on. */
  byte[] takeToServer() {
    byte[] bytes = toServer.toByteArray();
    toServer.reset();
    return bytes;
  }

  /** As a connection does it: input, tasks, output. */
  private boolean stepServer() throws IOException {
    byte[] bytes = takeToServer();
    int offset = 0;
    boolean moved = bytes.length > 0;
    while (offset < bytes.length) {
      int length = 1 + random.nextInt(Math.min(bytes.length - offset, maxChunk));
      receive(bytes, offset, length);
      offset += length;
    }
    return drain() || moved;
  }

  void receive(byte[] bytes, int offset, int length) throws IOException {
    byte[] own = new byte[length];
    System.arraycopy(bytes, offset, own, 0, length);
    server.input(own, 0, length, atServer::write);
    Arrays.fill(own, (byte) -1); // it is the caller's again
    drain();
  }

  private boolean drain() throws IOException {
    boolean moved = false;
    boolean again = true;
    while (again) {
      again = false;
      Runnable task;
      while ((task = server.takeTask()) != null) {
        tasks++;
        task.run();
        server.input(new byte[0], 0, 0, atServer::write);
        again = true;
      }
      if (server.wantsOutput()) {
        server.output(new byte[0], 0, 0, toClient::write);
        server.input(new byte[0], 0, 0, atServer::write);
        again = true;
      }
      moved |= again;
    }
    return moved;
  }

  /** Lets the client read what the server still says, such as an alert. */
  SSLException alertAtClient() {
    try {
      server.closeOutput(toClient::write);
      while (stepClient(ByteBuffer.allocate(0))) {
        // until it throws
      }
    } catch (SSLException e) {
      return e;
    } catch (IOException e) {
      throw new AssertionError("the server's goodbye failed", e);
    }
    return null;
  }
}
