package io.github.grpcuds.transport.internal;

import java.util.Locale;

/** What differs between operating systems, as far as Unix sockets are concerned. */
public final class Platform {
  private static final String OS = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);

  /** Its libraries are not those of a JDK, whatever its version; os.name is Linux. */
  public static final boolean ANDROID = "Dalvik".equals(System.getProperty("java.vm.name"));

  public static final boolean LINUX = OS.startsWith("linux");
  public static final boolean WINDOWS = OS.startsWith("windows");

  /** sizeof(sun_path): 108 on Linux and Windows, 104 on macOS and the BSDs (unix(4)). */
  public static final int SUN_PATH_BYTES = LINUX || WINDOWS ? 108 : 104;

  private Platform() {}
}
