package io.github.grpcuds.server;

import java.lang.reflect.Method;
import javax.net.ssl.SSLEngine;

/**
 * ALPN by methods of Conscrypt's own. On Android, an engine of a Conscrypt that the app or Google
 * Play services bring has not implemented those of {@link SSLEngine} (2.5.2 to 2.6.3).
 */
final class ConscryptAlpn {
  private static final String[] PROVIDERS = {
    "org.conscrypt.Conscrypt", "com.google.android.gms.org.conscrypt.Conscrypt"
  };

  private ConscryptAlpn() {}

  /**
   * Has an engine choose this protocol if the client offers it.
   *
   * @return a static method that says what an engine has chosen; null if the engine is not one of
   *     Conscrypt's
   */
  static Method install(SSLEngine engine, String protocol) {
    for (String provider : PROVIDERS) {
      try {
        Class<?> type = Class.forName(provider, true, engine.getClass().getClassLoader());
        Method getProtocol = type.getMethod("getApplicationProtocol", SSLEngine.class);
        Method set = type.getMethod("setApplicationProtocols", SSLEngine.class, String[].class);
        if ((Boolean) Alpn.call(type.getMethod("isConscrypt", SSLEngine.class), null, engine)) {
          Alpn.call(set, null, engine, new String[] {protocol});
          return getProtocol;
        }
      } catch (ClassNotFoundException | NoSuchMethodException | LinkageError e) {
        // Another one may be there.
      }
    }
    return null;
  }
}
