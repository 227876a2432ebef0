package io.github.grpcuds.transport.internal;

import java.lang.reflect.InvocationTargetException;

/** What the JVM thinks of native code, from Java 22 on (JEP 454, JEP 472). */
public final class NativeAccess {
  private NativeAccess() {}

  /** Whether a class may call or load native code without a warning, or at all. */
  public static boolean isEnabled(Class<?> caller) {
    try {
      Object module = module(caller);
      return (Boolean) module.getClass().getMethod("isNativeAccessEnabled").invoke(module);
    } catch (NoSuchMethodException e) {
      return true; // Java 21 and older
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }

  private static Object module(Class<?> type)
      throws NoSuchMethodException, IllegalAccessException, InvocationTargetException {
    return Class.class.getMethod("getModule").invoke(type);
  }

  /** What to say when the JVM has refused it to a class, which Java 24 and newer can do. */
  public static String refusal(Class<?> caller) {
    return "this JVM allows no native code: start it with " + option(caller);
  }

  /** The option of the command line that allows it to a class, to be called on Java 9 and newer. */
  private static String option(Class<?> caller) {
    String name = null;
    try {
      Object module = module(caller);
      name = (String) module.getClass().getMethod("getName").invoke(module);
    } catch (ReflectiveOperationException e) {
      // as if it were on the class path
    }
    return "--enable-native-access=" + (name == null ? "ALL-UNNAMED" : name);
  }
}
