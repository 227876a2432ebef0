package io.github.grpcuds.android.platform;

import org.objectweb.asm.Type;

/** Which class of the tests has the native methods of a class of Android's. */
final class NativeMethods {
  private NativeMethods() {}

  /**
   * As an internal name. A native method that no class has here fails with a NoSuchMethodError that
   * names it.
   */
  static String classFor(String owner) {
    return Type.getInternalName(typeFor(owner));
  }

  private static Class<?> typeFor(String owner) {
    switch (owner) {
      case "libcore/io/Posix": // API level 21
      case "libcore/io/Linux": // 35
        return OsNatives.class;
      case "android/net/LocalSocketImpl":
        return LocalSocketNatives.class;
      case "android/system/OsConstants":
        return OsConstantsNatives.class;
      default:
        return NativeMethods.class;
    }
  }
}
