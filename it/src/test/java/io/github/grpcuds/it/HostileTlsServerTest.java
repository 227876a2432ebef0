package io.github.grpcuds.it;

/** Those of {@link HostileServerTest} who have a certificate that their client trusts. */
class HostileTlsServerTest extends HostileServerTest {
  @Override
  Identity identity() {
    return Identity.localhost();
  }
}
