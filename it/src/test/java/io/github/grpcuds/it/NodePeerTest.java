package io.github.grpcuds.it;

import java.util.Arrays;
import java.util.List;

/** grpc-js, on the HTTP/2 of Node.js. */
class NodePeerTest extends EchoPeerTest {
  @Override
  List<String> program() {
    return Arrays.asList("node", BuiltPeers.path("node", "/echo.js"));
  }

  @Override
  boolean hasAbstractNames() {
    return false;
  }
}
