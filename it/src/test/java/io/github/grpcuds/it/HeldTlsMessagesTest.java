package io.github.grpcuds.it;

/** The same as {@link HeldMessagesTest}, over TLS. */
class HeldTlsMessagesTest extends HeldMessagesTest {
  @Override
  Identity identity() {
    return Identity.localhost();
  }
}
