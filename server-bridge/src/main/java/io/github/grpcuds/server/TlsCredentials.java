package io.github.grpcuds.server;

import io.grpc.ChoiceServerCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.Feature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Reads gRPC's credentials of servers. */
final class TlsCredentials {
  private static final Set<Feature> UNDERSTOOD = EnumSet.of(Feature.MTLS, Feature.CUSTOM_MANAGERS);

  /** The JDK's default of 20,480 would let clients fill tens of megabytes. */
  private static final int MAX_SESSIONS = 1024;

  private TlsCredentials() {}

  /**
   * What the credentials ask for; the first understood of several.
   *
   * @throws IllegalArgumentException if they are of an unknown kind, or a certificate or key in
   *     them cannot be read
   * @throws UnsupportedOperationException if they want TLS and this Java has no ALPN
   */
  static TlsConfig read(ServerCredentials creds) {
    List<String> unknown = new ArrayList<>();
    TlsConfig config = firstUnderstood(creds, unknown);
    if (config == null) {
      throw new IllegalArgumentException("unknown kind of server credentials: " + unknown);
    }
    return config;
  }

  private static TlsConfig firstUnderstood(ServerCredentials creds, List<String> unknown) {
    if (creds instanceof InsecureServerCredentials) {
      return TlsConfig.PLAIN_TEXT;
    }
    if (creds instanceof ChoiceServerCredentials) {
      for (ServerCredentials choice : ((ChoiceServerCredentials) creds).getCredentialsList()) {
        TlsConfig config = firstUnderstood(choice, unknown);
        if (config != null) {
          return config;
        }
      }
      return null;
    }
    if (!(creds instanceof TlsServerCredentials)) {
      unknown.add(creds == null ? "null" : creds.getClass().getName());
      return null;
    }
    TlsServerCredentials tls = (TlsServerCredentials) creds;
    Set<Feature> features = tls.incomprehensible(UNDERSTOOD);
    if (!features.isEmpty()) {
      unknown.add(creds.getClass().getName() + " with " + features);
      return null;
    }
    return config(tls);
  }

  private static TlsConfig config(TlsServerCredentials creds) {
    try {
      KeyManager[] keys = keyManagers(creds);
      TrustManager[] trust = trustManagers(creds);
      SSLContext context = context(keys, trust);
      Alpn.require(context.createSSLEngine());
      boolean mayChange = creds.getKeyManagers() != null || creds.getTrustManagers() != null;
      return TlsConfig.tls(
          mayChange ? () -> anotherContext(keys, trust) : () -> context, creds.getClientAuth());
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("unusable TLS credentials: " + e.getMessage(), e);
    }
  }

  private static SSLContext context(KeyManager[] keys, TrustManager[] trust)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust, null);
    context.getServerSessionContext().setSessionCacheSize(MAX_SESSIONS);
    return context;
  }

  /**
   * A user's managers may change their mind, and are not asked when a session is resumed: the old
   * certificate would go on being served, and a client be let in that is trusted no more.
   */
  private static SSLContext anotherContext(KeyManager[] keys, TrustManager[] trust) {
    try {
      return context(keys, trust);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("TLS does not work any more", e);
    }
  }

  private static KeyManager[] keyManagers(TlsServerCredentials creds)
      throws GeneralSecurityException, IOException {
    if (creds.getKeyManagers() != null) {
      return creds.getKeyManagers().toArray(new KeyManager[0]);
    }
    Certificate[] chain = certificates("certificate chain", creds.getCertificateChain());
    PrivateKey key = PrivateKeys.read(creds.getPrivateKey(), creds.getPrivateKeyPassword());
    KeyPairs.check(chain[0].getPublicKey(), key);
    KeyStore store = emptyStore();
    store.setKeyEntry("server", key, new char[0], chain);
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  /**
   * If the credentials have none, the JDK's own for client certificates that are asked for. They
   * are read here, once: a context that is given null reads them anew, and there may be one for
   * each connection.
   */
  private static TrustManager[] trustManagers(TlsServerCredentials creds)
      throws GeneralSecurityException, IOException {
    if (creds.getTrustManagers() != null) {
      return creds.getTrustManagers().toArray(new TrustManager[0]);
    }
    byte[] roots = creds.getRootCertificates();
    if (roots == null && creds.getClientAuth() == TlsServerCredentials.ClientAuth.NONE) {
      return new TrustManager[0];
    }
    KeyStore store = roots == null ? null : storeOf(certificates("root certificates", roots));
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyStore storeOf(Certificate[] roots)
      throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    for (Certificate root : roots) {
      store.setCertificateEntry("root" + store.size(), root);
    }
    return store;
  }

  private static Certificate[] certificates(String name, byte[] pem) throws CertificateException {
    Certificate[] certificates;
    try {
      certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .toArray(new Certificate[0]);
    } catch (CertificateException e) {
      throw new CertificateException("unreadable " + name + ": " + e.getMessage(), e);
    }
    if (certificates.length == 0) {
      throw new CertificateException("no X.509 certificate in the " + name);
    }
    return certificates;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    return store;
  }
}
