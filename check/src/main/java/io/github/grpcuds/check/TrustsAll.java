package io.github.grpcuds.check;

import java.security.cert.X509Certificate;
import javax.net.ssl.X509TrustManager;

/** To look at a server's certificate: nothing is sent to the server that is worth protecting. */
final class TrustsAll implements X509TrustManager {
  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType) {}

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType) {}

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
