package io.github.grpcuds.it;

/** The same as {@link LostCallsTest}, over TLS. */
class LostTlsCallsTest extends LostCallsTest {
  @Override
  Identity identity() {
    return Identity.localhost();
  }
}
