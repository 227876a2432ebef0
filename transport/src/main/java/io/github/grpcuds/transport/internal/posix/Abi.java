package io.github.grpcuds.transport.internal.posix;

import java.util.Locale;

/** The systems whose C libraries number things differently. */
enum Abi {
  /** As asm-generic of the kernel has it, which most architectures keep to. */
  LINUX,
  LINUX_PPC,
  LINUX_MIPS,
  /** The BSDs and macOS. */
  BSD,
  /** One whose numbers are not known here. */
  OTHER;

  /** Of this process. */
  static final Abi HERE =
      of(System.getProperty("os.name", "unknown"), System.getProperty("os.arch", "unknown"));

  static Abi of(String os, String arch) {
    String name = os.toLowerCase(Locale.ROOT);
    if (name.startsWith("linux")) {
      return ofLinux(arch.toLowerCase(Locale.ROOT));
    }
    return name.startsWith("mac") || name.endsWith("bsd") ? BSD : OTHER;
  }

  private static Abi ofLinux(String arch) {
    if (arch.startsWith("ppc")) {
      return LINUX_PPC;
    }
    if (arch.startsWith("mips")) {
      return LINUX_MIPS;
    }
    return arch.startsWith("sparc") || arch.startsWith("alpha") ? OTHER : LINUX;
  }

  /** One of the numbers, by system. */
  int choose(int linux, int ppc, int mips, int bsd) {
    switch (this) {
      case LINUX:
        return linux;
      case LINUX_PPC:
        return ppc;
      case LINUX_MIPS:
        return mips;
      case BSD:
        return bsd;
      default:
        return -1; // names nothing
    }
  }
}
