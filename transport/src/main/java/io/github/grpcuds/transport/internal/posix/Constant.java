package io.github.grpcuds.transport.internal.posix;

/** Numbers that the C library's functions take, by the names that its headers give them. */
enum Constant {
  SOCK_STREAM(1, 2, 1),
  SOCK_DGRAM(2, 1, 2),
  SOCK_SEQPACKET(5),
  SHUT_RD(0),
  SHUT_WR(1),
  SHUT_RDWR(2),
  F_SETFD(2),
  F_GETFL(3),
  F_SETFL(4),
  FD_CLOEXEC(1),
  O_NONBLOCK(0x800, 0x80, 0x4),
  MSG_DONTWAIT(0x40, 0x40, 0x80),
  SOL_SOCKET(1, 0xffff, 0xffff),
  SO_TYPE(3, 0x1008, 0x1008),
  SO_ACCEPTCONN(30, 0x1009, 0x2),
  SO_SNDBUF(7, 0x1001, 0x1001),
  SO_RCVBUF(8, 0x1002, 0x1002),
  SO_PEERCRED(17, 21, 18, -1),
  SO_PEERGROUPS(59, 59, -1); // since Linux 4.13

  private final int linux;
  private final int ppc;
  private final int mips;
  private final int bsd;
  private final int here;

  Constant(int everywhere) {
    this(everywhere, everywhere, everywhere);
  }

  Constant(int linux, int mips, int bsd) {
    this(linux, linux, mips, bsd);
  }

  Constant(int linux, int ppc, int mips, int bsd) {
    this.linux = linux;
    this.ppc = ppc;
    this.mips = mips;
    this.bsd = bsd;
    this.here = on(Abi.HERE);
  }

  int on(Abi abi) {
    return abi.choose(linux, ppc, mips, bsd);
  }

  int value() {
    return here;
  }

  /** The name of a socket's type, or the number if it has none here. */
  static String socketType(int type) {
    for (Constant known : new Constant[] {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
      if (known.here == type) {
        return known.name();
      }
    }
    return String.valueOf(type);
  }
}
