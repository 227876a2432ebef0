package io.github.grpcuds.it;

import io.grpc.ManagedChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same as {@link CancelledCallsTest}, with grpc-netty's client. */
@Tag("long")
@Tag("comparison")
class CancelledNettyCallsTest extends CancelledCallsTest {
  @RegisterExtension final NettyClients netty = new NettyClients();

  @Override
  ManagedChannel open(ScriptedServer server, boolean inlineWrites) {
    return netty.channel(server.path());
  }
}
