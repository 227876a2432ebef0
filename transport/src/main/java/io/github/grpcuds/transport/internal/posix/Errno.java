package io.github.grpcuds.transport.internal.posix;

/** The errors of the C library that mean something here. */
enum Errno {
  EPERM(1),
  ENOENT(2),
  EINTR(4),
  EBADF(9),
  EACCES(13),
  ENOTDIR(20),
  ERANGE(34),
  EAGAIN(11, 11, 35), // EWOULDBLOCK as well, on all of these systems
  ENOTSOCK(88, 95, 38),
  EPROTOTYPE(91, 98, 41),
  EADDRINUSE(98, 125, 48),
  ECONNABORTED(103, 130, 53),
  ECONNREFUSED(111, 146, 61),
  /** Any other. */
  UNKNOWN(-1);

  private static final Errno[] ALL = values();

  private final int linux;
  private final int mips;
  private final int bsd;
  private final int here;

  Errno(int everywhere) {
    this(everywhere, everywhere, everywhere);
  }

  Errno(int linux, int mips, int bsd) {
    this.linux = linux;
    this.mips = mips;
    this.bsd = bsd;
    this.here = on(Abi.HERE);
  }

  int on(Abi abi) {
    return abi.choose(linux, linux, mips, bsd);
  }

  /**
   * The error that a function reports.
   *
   * @param result of a function of {@link CLibrary}, below zero
   */
  static Errno of(int result) {
    for (Errno errno : ALL) {
      if (errno.meantBy(result)) {
        return errno;
      }
    }
    return UNKNOWN;
  }

  /** Whether a function's result reports this error. */
  boolean meantBy(int result) {
    return here == -result;
  }
}
