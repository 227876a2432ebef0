package io.github.grpcuds.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bytes of {@code struct sockaddr_un}. */
final class SockAddr {
  private static final int AF_UNIX = 1; // the same number on every system we know

  private SockAddr() {}

  static byte[] encode(UdsAddress address) {
    byte[] name = address.bytes();
    // A path ends with a NUL; an abstract name begins with one and ends where the length says.
    ByteBuffer out = ByteBuffer.allocate(2 + name.length + 1).order(ByteOrder.nativeOrder());
    if (Platform.LINUX) {
      out.putShort((short) AF_UNIX);
    } else {
      out.put((byte) out.capacity()).put((byte) AF_UNIX); // sun_len comes first on BSDs and macOS
    }
    if (address.isAbstract()) {
      out.put((byte) 0).put(name);
    } else {
      out.put(name).put((byte) 0);
    }
    return out.array();
  }
}
