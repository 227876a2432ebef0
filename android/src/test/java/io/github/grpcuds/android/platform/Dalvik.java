package io.github.grpcuds.android.platform;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Has a JVM pass for Android's, by the name that the library goes by. The JVM sets it, so no
 * argument does.
 */
public final class Dalvik implements LauncherSessionListener {
  private static void pretend() {
    System.setProperty("java.vm.name", "Dalvik");
  }

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    pretend();
  }

  /** Runs the main method of the class that comes first. */
  public static void main(String[] args) throws Throwable {
    pretend();
    try {
      Class.forName(args[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
