package io.github.grpcuds.server;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** A client's own certificate, shown whatever authorities the server names. */
final class AlwaysThis extends X509ExtendedKeyManager {
  private final String alias;
  private final X509ExtendedKeyManager keys;
  private final boolean shown;

  AlwaysThis(String alias, X509ExtendedKeyManager keys, boolean shown) {
    this.alias = alias;
    this.keys = keys;
    this.shown = shown;
  }

  @Override
  public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
    return shown ? alias : null;
  }

  @Override
  public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
    return shown ? alias : null;
  }

  @Override
  public String[] getClientAliases(String type, Principal[] issuers) {
    return shown ? new String[] {alias} : null;
  }

  @Override
  public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
    return shown ? alias : null;
  }

  @Override
  public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
    return shown ? alias : null;
  }

  @Override
  public String[] getServerAliases(String type, Principal[] issuers) {
    return getClientAliases(type, issuers);
  }

  @Override
  public X509Certificate[] getCertificateChain(String name) {
    return keys.getCertificateChain(name);
  }

  @Override
  public PrivateKey getPrivateKey(String name) {
    return keys.getPrivateKey(name);
  }
}
