package io.github.grpcuds.it;

import java.util.Collections;
import java.util.List;

/** grpc-go. */
class GoPeerTest extends EchoPeerTest {
  @Override
  List<String> program() {
    return Collections.singletonList(BuiltPeers.path("go", ""));
  }
}
