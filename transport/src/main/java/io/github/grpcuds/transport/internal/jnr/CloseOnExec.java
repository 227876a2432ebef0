package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.internal.NativeAccess;
import java.io.File;

/**
 * Keeps a descriptor of the JDK's out of programs that native code of this process starts; those of
 * Java's own ProcessBuilder get none. The JDK has no way to ask for it, so this takes jffi, if it
 * is on the class path and loads without a warning of the JVM.
 */
public final class CloseOnExec {
  private static final long ROOM_BYTES = 16 << 20;

  private static final boolean AVAILABLE = isAvailable();

  private CloseOnExec() {}

  /** False if there is no way to. */
  public static boolean set(int fd) {
    return AVAILABLE && JnrLibrary.load().closeOnExec(fd) >= 0;
  }

  private static boolean isAvailable() {
    try {
      return hasRoomForLibrary() && mayLoadNativeCode() && JnrLibrary.load().pid() > 0;
    } catch (LinkageError | RuntimeException e) {
      return false; // not there, or not for this platform, or its library has no folder to be in
    }
  }

  /** jffi unpacks its library there, and where it cannot it leaves pieces of it behind. */
  private static boolean hasRoomForLibrary() {
    File folder = new File(System.getProperty("java.io.tmpdir"));
    return folder.canWrite() && folder.getUsableSpace() >= ROOM_BYTES;
  }

  /** From Java 24 on the JVM warns of it unless --enable-native-access is given (JEP 472). */
  private static boolean mayLoadNativeCode() {
    try {
      ClassLoader here = CloseOnExec.class.getClassLoader();
      return NativeAccess.isEnabled(Class.forName("com.kenai.jffi.Invoker", false, here));
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
