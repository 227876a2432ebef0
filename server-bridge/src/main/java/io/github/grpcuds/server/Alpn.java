package io.github.grpcuds.server;

import io.github.grpcuds.transport.internal.Platform;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import javax.net.ssl.SSLEngine;

/** The choice of a protocol in TLS (RFC 7301), by methods that Java 8 got with update 252. */
final class Alpn {
  private static final Method SET_SELECTOR =
      find("setHandshakeApplicationProtocolSelector", "java.util.function.BiFunction");
  private static final Method GET_PROTOCOL = find("getApplicationProtocol");

  private Alpn() {}

  /** Chooses among the protocols that a client offers; null refuses all. */
  interface Selector {
    String choose(List<String> offered);
  }

  /**
   * Checks that there is ALPN at all.
   *
   * @throws UnsupportedOperationException if not
   */
  static void require() {
    if (SET_SELECTOR == null || GET_PROTOCOL == null) {
      throw new UnsupportedOperationException(
          Platform.ANDROID
              ? "TLS needs Android 10 or newer for ALPN"
              : "TLS needs Java 8u252 or newer for ALPN; this is "
                  + System.getProperty("java.version"));
    }
  }

  /**
   * Sets what chooses.
   *
   * @param selector gets what the client offers; null refuses all by the alert
   *     no_application_protocol. It is not asked if the client does not know ALPN.
   */
  static void setSelector(SSLEngine engine, Selector selector) {
    call(SET_SELECTOR, engine, new EngineSelector(selector));
  }

  /** What was chosen; empty if nothing was. */
  static String protocol(SSLEngine engine) {
    Object protocol = call(GET_PROTOCOL, engine);
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

  private static Object call(Method method, SSLEngine engine, Object... arguments) {
    try {
      return method.invoke(engine, arguments);
    } catch (InvocationTargetException e) {
      // UnsupportedOperationException, from an engine of a provider that does without
      throw new UnsupportedOperationException(
          engine.getClass().getName() + " has no ALPN: " + e.getCause(), e.getCause());
    } catch (IllegalAccessException e) {
      throw new AssertionError("public method: " + method, e);
    }
  }
}
