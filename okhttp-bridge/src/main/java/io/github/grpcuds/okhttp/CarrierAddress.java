package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Carries a {@link UdsAddress} through grpc-okhttp, which takes Internet addresses only.
 *
 * <p>The target rides as the host name; nothing ever looks it up. Internet addresses are equal when
 * their bytes are, so the bytes are a hash of the target, inside the discard-only prefix 100::/64
 * (<a href="https://www.rfc-editor.org/rfc/rfc6666">RFC 6666</a>) where no host can be.
 */
final class CarrierAddress {
  private static final byte[] PREFIX = {1, 0, 0, 0, 0, 0, 0, 0};
  private static final int ADDRESS_BYTES = 16;
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private CarrierAddress() {}

  static InetSocketAddress wrap(UdsAddress address) {
    String target = address.toString();
    byte[] bytes = ByteBuffer.allocate(ADDRESS_BYTES).put(PREFIX).putLong(hash(target)).array();
    try {
      return new InetSocketAddress(InetAddress.getByAddress(target, bytes), 0);
    } catch (UnknownHostException e) {
      throw new AssertionError("16 bytes are a legal address", e);
    }
  }

  /** An equal one whose {@link InetAddress} is an instance of its own. */
  static InetSocketAddress copy(InetSocketAddress carrier) {
    InetAddress address = carrier.getAddress();
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(address.getHostName(), address.getAddress()), carrier.getPort());
    } catch (UnknownHostException e) {
      throw new AssertionError("the bytes of an address are a legal address", e);
    }
  }

  /**
   * @throws UnknownHostException if the address is a real one
   */
  static UdsAddress unwrap(InetAddress carrier) throws UnknownHostException {
    byte[] bytes = carrier.getAddress();
    for (int i = 0; i < PREFIX.length; i++) {
      if (bytes.length != ADDRESS_BYTES || bytes[i] != PREFIX[i]) {
        throw new UnknownHostException("not the address of a Unix domain socket: " + carrier);
      }
    }
    return UdsAddress.parse(carrier.getHostName());
  }

  /** FNV-1a: no secret is in it, and to ask for a digest takes 15 ms of a new JVM. */
  private static long hash(String text) {
    long hash = FNV_OFFSET;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return hash;
  }
}
