package io.github.grpcuds.it;

import java.util.Collections;
import java.util.List;

/** tonic, on hyper and h2. */
class RustPeerTest extends EchoPeerTest {
  @Override
  List<String> program() {
    return Collections.singletonList(BuiltPeers.path("rust", ""));
  }
}
