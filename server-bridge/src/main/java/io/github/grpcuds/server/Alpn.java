package io.github.grpcuds.server;

import io.github.grpcuds.transport.internal.Platform;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import javax.net.ssl.SSLEngine;

/**
 * The choice of a protocol in TLS (RFC 7301), for one engine: by methods that Java 8 got with
 * update 252 and Android with API level 29, or on Android by those of {@link ConscryptAlpn}.
 */
final class Alpn {
  private static final Method SET_SELECTOR =
      find("setHandshakeApplicationProtocolSelector", "java.util.function.BiFunction");
  private static final Method GET_PROTOCOL = find("getApplicationProtocol");

  private final SSLEngine engine;
  private final Method conscrypt; // null: the engine has methods

  private Alpn(SSLEngine engine, Method conscrypt) {
    this.engine = engine;
    this.conscrypt = conscrypt;
  }

  /** Chooses among the protocols that a client offers; null refuses all. */
  interface Selector {
    String choose(List<String> offered);
  }

  /**
   * Checks that there is ALPN at all.
   *
   * @param engine like those that will be used; it serves for nothing else
   * @throws UnsupportedOperationException if not
   */
  static void require(SSLEngine engine) {
    of(engine, "h2", offered -> null);
  }

  /**
   * Sets what chooses.
   *
   * @param protocol what the selector chooses, if anything
   * @param selector gets what the client offers; null refuses all by the alert
   *     no_application_protocol. It is not asked if the client does not know ALPN, and never by
   *     Conscrypt's own methods, with which nothing is chosen if the client does not offer this.
   * @throws UnsupportedOperationException if the engine has no ALPN
   */
  static Alpn of(SSLEngine engine, String protocol, Selector selector) {
    boolean isThere = SET_SELECTOR != null && GET_PROTOCOL != null;
    if (isThere && setSelector(engine, selector)) {
      return new Alpn(engine, null);
    }
    Method conscrypt = Platform.ANDROID ? ConscryptAlpn.install(engine, protocol) : null;
    if (conscrypt != null) {
      return new Alpn(engine, conscrypt);
    }
    throw new UnsupportedOperationException(
        isThere ? engine.getClass().getName() + " has no ALPN" : need());
  }

  private static String need() {
    return Platform.ANDROID
        ? "TLS needs ALPN: Android 10 or newer, or Conscrypt as the first security provider"
        : "TLS needs Java 8u252 or newer for ALPN; this is " + System.getProperty("java.version");
  }

  /** False if the engine is of a provider that does without. */
  private static boolean setSelector(SSLEngine engine, Selector selector) {
    try {
      call(SET_SELECTOR, engine, new EngineSelector(selector));
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  /** What was chosen; empty if nothing was. */
  String protocol() {
    Object protocol =
        conscrypt == null ? call(GET_PROTOCOL, engine) : call(conscrypt, null, engine);
    return protocol == null ? "" : (String) protocol;
  }

  private static Method find(String name, String... parameters) {
    try {
      Class<?>[] types = new Class<?>[parameters.length];
      for (int i = 0; i < types.length; i++) {
        types[i] = Class.forName(parameters[i]);
      }
      return SSLEngine.class.getMethod(name, types);
    } catch (ClassNotFoundException | NoSuchMethodException e) {
      return null;
    }
  }

  /**
   * Calls a public method.
   *
   * @throws UnsupportedOperationException if it throws anything
   */
  static Object call(Method method, Object owner, Object... arguments) {
    try {
      return method.invoke(owner, arguments);
    } catch (InvocationTargetException e) {
      throw new UnsupportedOperationException(
          method.getName() + " failed: " + e.getCause(), e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError("public method: " + method, e);
    }
  }
}
