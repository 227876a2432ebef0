package io.github.grpcuds.server;

import com.google.common.base.CharMatcher;
import com.google.common.io.BaseEncoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Reads private keys in PEM form: PKCS#8, with or without a password, and the older forms of
 * OpenSSL without one.
 *
 * <p>Not grpc-util's CertificateUtils: it knows plain PKCS#8 alone.
 */
final class PrivateKeys {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);
  private static final String[] ALGORITHMS = {"RSA", "EC", "EdDSA", "RSASSA-PSS"};

  private static final String PBES2_OID = "1.2.840.113549.1.5.13";

  private PrivateKeys() {}

  /**
   * Reads the first key.
   *
   * @param password null if the key is not encrypted
   */
  static PrivateKey read(byte[] pem, String password) throws GeneralSecurityException, IOException {
    Matcher matcher = PEM.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!matcher.find()) {
      throw new InvalidKeyException("no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
    }
    String type = matcher.group(1);
    byte[] content = decode(type, matcher.group(2));
    switch (type) {
      case "PRIVATE KEY":
        return pkcs8(new PKCS8EncodedKeySpec(content));
      case "ENCRYPTED PRIVATE KEY":
        return pkcs8(decrypt(content, password));
      case "RSA PRIVATE KEY":
        return pkcs8(new PKCS8EncodedKeySpec(Pkcs8.fromPkcs1(content)));
      case "EC PRIVATE KEY":
        return pkcs8(new PKCS8EncodedKeySpec(Pkcs8.fromSec1(content)));
      default:
        throw new InvalidKeyException("unknown form of a private key: " + type);
    }
  }

  private static byte[] decode(String type, String text) throws InvalidKeyException {
    if (text.contains("ENCRYPTED")) {
      throw new InvalidKeyException(
          "OpenSSL's own encryption of \"" + type + "\" is not supported: openssl pkcs8 -topk8");
    }
    try {
      return BaseEncoding.base64().decode(CharMatcher.whitespace().removeFrom(text));
    } catch (IllegalArgumentException e) {
      throw new InvalidKeyException("the private key is no base64: " + e.getMessage(), e);
    }
  }

  private static PKCS8EncodedKeySpec decrypt(byte[] content, String password)
      throws GeneralSecurityException, IOException {
    if (password == null) {
      throw new InvalidKeyException("the private key is encrypted, and there is no password");
    }
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(content);
    // For PBES2 (RFC 8018) the parameters alone know the algorithms; Java 8 has only its number.
    String name = info.getAlgName();
    boolean pbes2 = name.equals("PBES2") || name.equals(PBES2_OID);
    String algorithm = pbes2 ? String.valueOf(info.getAlgParameters()) : name;
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray());
    try {
      Key key = SecretKeyFactory.getInstance(algorithm).generateSecret(spec);
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
      return info.getKeySpec(cipher);
    } catch (InvalidKeySpecException e) {
      throw new InvalidKeyException("the private key does not open with its password", e);
    } finally {
      spec.clearPassword();
    }
  }

  private static PrivateKey pkcs8(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
    InvalidKeyException failure = new InvalidKeyException("unknown kind of private key");
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (NoSuchAlgorithmException | InvalidKeySpecException e) {
        failure.addSuppressed(e); // the next may know it
      }
    }
    throw failure;
  }
}
