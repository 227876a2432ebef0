package io.github.grpcuds.server;

import java.io.ByteArrayOutputStream;
import java.security.InvalidKeyException;
import java.util.Arrays;

/**
 * Puts older forms of private keys into that of PKCS#8 (RFC 5208), the only one that Java reads.
 */
final class Pkcs8 {
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;

  /** The tag of the curve in a key of RFC 5915. */
  private static final int PARAMETERS = 0xa0;

  private static final byte[] VERSION_0 = {2, 1, 0};

  /** The algorithm rsaEncryption, 1.2.840.113549.1.1.1, and its empty parameters. */
  private static final byte[] RSA = {
    0x30, 0x0d, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  /** The algorithm id-ecPublicKey, 1.2.840.10045.2.1, without its parameters. */
  private static final byte[] EC = {6, 7, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 2, 1};

  private Pkcs8() {}

  /** From "RSA PRIVATE KEY" (RFC 8017, A.1.2). */
  static byte[] fromPkcs1(byte[] key) {
    return element(SEQUENCE, VERSION_0, RSA, element(OCTET_STRING, key));
  }

  /** From "EC PRIVATE KEY" (RFC 5915). */
  static byte[] fromSec1(byte[] key) throws InvalidKeyException {
    byte[] algorithm = element(SEQUENCE, EC, curve(key));
    return element(SEQUENCE, VERSION_0, algorithm, element(OCTET_STRING, key));
  }

  /** SEQUENCE { version, the key, [0] the curve, [1] the public key }. */
  private static byte[] curve(byte[] key) throws InvalidKeyException {
    try {
      int at = start(key, 0);
      while (at < key.length) {
        if ((key[at] & 0xff) == PARAMETERS) {
          return Arrays.copyOfRange(key, start(key, at), end(key, at));
        }
        at = end(key, at);
      }
    } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
      throw new InvalidKeyException("the EC private key is cut off or broken", e);
    }
    throw new InvalidKeyException("the EC private key does not name its curve");
  }

  /** Where the content of the element at an index starts. */
  private static int start(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return at + 2 + (length < 0x80 ? 0 : length - 0x80);
  }

  private static int end(byte[] der, int at) {
    int start = start(der, at);
    int length = der[at + 1] & 0xff;
    if (length >= 0x80) {
      length = 0;
      for (int i = at + 2; i < start; i++) {
        length = length << 8 | (der[i] & 0xff);
      }
    }
    if (length < 0 || length > der.length - start) {
      throw new IllegalArgumentException("length of an element: " + length);
    }
    return start + length;
  }

  private static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.write(part, 0, part.length);
    }
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    int length = content.size();
    if (length >= 0x100) {
      element.write(0x82); // two bytes of length: enough for every key
      element.write(length >> 8);
    } else if (length >= 0x80) {
      element.write(0x81);
    }
    element.write(length);
    element.write(content.toByteArray(), 0, length);
    return element.toByteArray();
  }
}
