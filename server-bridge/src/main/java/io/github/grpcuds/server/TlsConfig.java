package io.github.grpcuds.server;

import io.grpc.TlsServerCredentials.ClientAuth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** How the connections of a server are secured: not at all, or by TLS as HTTP/2 wants it. */
final class TlsConfig {
  static final TlsConfig PLAIN_TEXT = new TlsConfig(null, ClientAuth.NONE);

  /** RFC 9113, 9.2: TLS 1.2 or newer. */
  private static final List<String> PROTOCOLS = Arrays.asList("TLSv1.3", "TLSv1.2");

  private final Source<SSLContext> contexts; // null: plain text
  private final ClientAuth clientAuth;

  private TlsConfig(Source<SSLContext> contexts, ClientAuth clientAuth) {
    this.contexts = contexts;
    this.clientAuth = clientAuth;
  }

  /**
   * By TLS.
   *
   * @param contexts asked for each connection; sessions are resumed within one context alone
   */
  static TlsConfig tls(Source<SSLContext> contexts, ClientAuth clientAuth) {
    return new TlsConfig(Objects.requireNonNull(contexts, "contexts"), clientAuth);
  }

  boolean isTls() {
    return contexts != null;
  }

  /** For one connection: a {@link TlsFilter} or a {@link PlainFilter}. */
  ByteFilter newFilter() {
    return isTls() ? new TlsFilter(newEngine()) : new PlainFilter();
  }

  private SSLEngine newEngine() {
    SSLEngine engine = contexts.get().createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(protocols(engine.getSupportedProtocols()));
    parameters.setCipherSuites(suites(parameters.getCipherSuites()));
    if (clientAuth == ClientAuth.REQUIRE) {
      parameters.setNeedClientAuth(true);
    } else if (clientAuth == ClientAuth.OPTIONAL) {
      parameters.setWantClientAuth(true);
    }
    engine.setSSLParameters(parameters);
    return engine;
  }

  private static String[] protocols(String[] supported) {
    List<String> chosen = new ArrayList<>(PROTOCOLS);
    chosen.retainAll(Arrays.asList(supported));
    return chosen.toArray(new String[0]);
  }

  private static String[] suites(String[] enabled) {
    List<String> chosen = new ArrayList<>();
    for (String suite : enabled) {
      if (isForHttp2(suite)) {
        chosen.add(suite);
      }
    }
    return chosen.toArray(new String[0]);
  }

  /**
   * Ephemeral keys and authenticated encryption: what RFC 9113's Appendix A leaves of TLS 1.2, but
   * for the slow DHE. Suites of TLS 1.3 have no key exchange in their names, and all are good.
   */
  static boolean isForHttp2(String suite) {
    return !suite.contains("_WITH_")
        ? suite.startsWith("TLS_AES_") || suite.startsWith("TLS_CHACHA20_")
        : suite.startsWith("TLS_ECDHE_")
            && (suite.contains("_GCM_") || suite.contains("_CHACHA20_") || suite.contains("_CCM"));
  }
}
