package io.github.grpcuds.server;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Finds a private key that is not its certificate's, which else every handshake would fail of. */
final class KeyPairs {
  private static final byte[] MESSAGE = {1, 2, 3};

  private KeyPairs() {}

  /**
   * Checks that two keys belong together, as far as this knows their kind.
   *
   * @throws InvalidKeyException if they do not
   */
  static void check(PublicKey publicKey, PrivateKey privateKey) throws GeneralSecurityException {
    if (!publicKey.getAlgorithm().equals(privateKey.getAlgorithm())) {
      throw mismatch();
    }
    String algorithm = signature(publicKey.getAlgorithm());
    if (algorithm == null) {
      return;
    }
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(privateKey);
    signature.update(MESSAGE);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(MESSAGE);
    if (!signature.verify(signed)) {
      throw mismatch();
    }
  }

  private static String signature(String key) {
    switch (key) {
      case "RSA":
        return "SHA256withRSA";
      case "EC":
        return "SHA256withECDSA";
      default:
        return null;
    }
  }

  private static InvalidKeyException mismatch() {
    return new InvalidKeyException("the private key is not that of the first certificate");
  }
}
