package io.github.grpcuds.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.SSLEngine;

/** The choice of a protocol in TLS (RFC 7301), by methods that Java 8 got with update 252. */
final class Alpn {
  private static final Method SET_SELECTOR =
      find("setHandshakeApplicationProtocolSelector", BiFunction.class);
  private static final Method GET_PROTOCOL = find("getApplicationProtocol");

  private Alpn() {}

  /**
   * Checks that there is ALPN at all.
   *
   * @throws UnsupportedOperationException if not
   */
  static void require() {
    if (SET_SELECTOR == null || GET_PROTOCOL == null) {
      throw new UnsupportedOperationException(
          "TLS needs Java 8u252 or newer for ALPN; this is " + System.getProperty("java.version"));
    }
  }

  /**
   * Sets what chooses.
   *
   * @param selector gets what the client offers; null refuses all by the alert
   *     no_application_protocol. It is not asked if the client does not know ALPN.
   */
  static void setSelector(SSLEngine engine, BiFunction<SSLEngine, List<String>, String> selector) {
    call(SET_SELECTOR, engine, selector);
  }

  /** What was chosen; empty if nothing was. */
  static String protocol(SSLEngine engine) {
    Object protocol = call(GET_PROTOCOL, engine);
    return protocol == null ? "" : (String) protocol;
  }

  private static Method find(String name, Class<?>... parameters) {
    try {
      return SSLEngine.class.getMethod(name, parameters);
    } catch (NoSuchMethodException e) {
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
