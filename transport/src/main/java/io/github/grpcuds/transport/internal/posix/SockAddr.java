package io.github.grpcuds.transport.internal.posix;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.UserTypes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The bytes of {@code struct sockaddr_un}. */
final class SockAddr {
  static final int AF_UNIX = 1; // the same number on every system we know

  /** Room for an address of any family (RFC 3493, section 3.10: struct sockaddr_storage). */
  static final int MAX_BYTES = 128;

  private static final int NAME_AT = 2;

  private SockAddr() {}

  static byte[] encode(UdsAddress address) {
    byte[] name = UserTypes.get().bytes(address);
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

  /** The address family. */
  static int family(byte[] address) {
    return Platform.LINUX
        ? ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).getShort()
        : address[1];
  }

  /** Reads an address of family AF_UNIX, as long as the kernel says it is. */
  static UdsAddress decode(byte[] address) {
    int end = address.length;
    if (end <= NAME_AT) {
      return UserTypes.get().unnamed();
    }
    if (address[NAME_AT] == 0 && Platform.LINUX) {
      return UserTypes.get().ofBytes(true, Arrays.copyOfRange(address, NAME_AT + 1, end));
    }
    int nul = NAME_AT;
    while (nul < end && address[nul] != 0) {
      nul++;
    }
    return UserTypes.get().ofBytes(false, Arrays.copyOfRange(address, NAME_AT, nul));
  }
}
