package io.github.grpcuds.server;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The certificates and keys in the folder tls of the test resources. */
final class Pem {
  private Pem() {}

  static InputStream open(String name) throws IOException {
    return new ByteArrayInputStream(read(name));
  }

  static byte[] read(String name) throws IOException {
    try (InputStream in = Pem.class.getResourceAsStream("tls/" + name)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      int b;
      while ((b = in.read()) >= 0) {
        bytes.write(b);
      }
      return bytes.toByteArray();
    }
  }
}
