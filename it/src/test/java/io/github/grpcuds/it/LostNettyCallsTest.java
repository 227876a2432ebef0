package io.github.grpcuds.it;

import io.grpc.ManagedChannel;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same as {@link LostCallsTest}, with grpc-netty's client. */
class LostNettyCallsTest extends LostCallsTest {
  @RegisterExtension final NettyClients netty = new NettyClients();

  @Override
  ManagedChannel open(ScriptedServer server, boolean inlineWrites) {
    return netty.channel(server.path());
  }
}
