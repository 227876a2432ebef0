package io.github.grpcuds.it;

/** The same as {@link CancelledCallsTest}, over TLS. */
class CancelledTlsCallsTest extends CancelledCallsTest {
  @Override
  Identity identity() {
    return Identity.localhost();
  }
}
