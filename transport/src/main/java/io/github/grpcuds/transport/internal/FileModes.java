package io.github.grpcuds.transport.internal;

import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Permission bits as the JDK's sets of them, and back. */
public final class FileModes {
  /** In the order of the bits. */
  private static final PosixFilePermission[] FROM_OWNER_READ = PosixFilePermission.values();

  private static final int FIRST_BIT = 0400;

  private FileModes() {}

  public static Set<PosixFilePermission> of(int bits) {
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < FROM_OWNER_READ.length; i++) {
      if ((bits & FIRST_BIT >> i) != 0) {
        set.add(FROM_OWNER_READ[i]);
      }
    }
    return set;
  }

  public static int bits(Set<PosixFilePermission> set) {
    int bits = 0;
    for (int i = 0; i < FROM_OWNER_READ.length; i++) {
      bits |= set.contains(FROM_OWNER_READ[i]) ? FIRST_BIT >> i : 0;
    }
    return bits;
  }
}
