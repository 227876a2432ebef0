package io.github.grpcuds.it;

import org.junit.jupiter.api.Tag;

/** The same as {@link CancelledCallsTest}, over TLS. */
@Tag("long")
class CancelledTlsCallsTest extends CancelledCallsTest {
  @Override
  Identity identity() {
    return Identity.localhost();
  }
}
