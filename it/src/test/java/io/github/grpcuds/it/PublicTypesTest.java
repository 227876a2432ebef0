package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.executor.internal.CallExecutor;
import io.github.grpcuds.http2.internal.Http2Connection;
import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.PublicTypes;
import io.github.grpcuds.transport.UdsAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A type that users see stays for years: a new one is added here on purpose. */
class PublicTypesTest {
  private static final List<String> FOR_USERS =
      Arrays.asList(
          "io.github.grpcuds.okhttp.UdsChannelBuilder",
          "io.github.grpcuds.server.PeerIdentity",
          "io.github.grpcuds.server.UdsBridge",
          "io.github.grpcuds.server.UdsServerBuilder",
          "io.github.grpcuds.transport.PeerCredentials",
          "io.github.grpcuds.transport.PeerPolicy",
          "io.github.grpcuds.transport.SocketFileOptions",
          "io.github.grpcuds.transport.UdsAddress",
          "io.github.grpcuds.transport.UdsServerSocketFactory",
          "io.github.grpcuds.transport.UdsSocketFactory");

  /** Public for ServiceLoader alone. */
  private static final List<String> PROVIDERS =
      Arrays.asList(
          "io.github.grpcuds.okhttp.UdsAbstractNameResolverProvider",
          "io.github.grpcuds.okhttp.UdsChannelProvider",
          "io.github.grpcuds.okhttp.UdsNameResolverProvider");

  @Test
  void theseAndNoOthersArePublic() throws Exception {
    Set<String> expected = new TreeSet<>(FOR_USERS);
    expected.addAll(PROVIDERS);
    Set<String> found = new TreeSet<>();
    for (Class<?> inModule :
        Arrays.asList(
            CallExecutor.class,
            Http2Connection.class,
            UdsAddress.class,
            UdsChannelBuilder.class,
            UdsServerBuilder.class)) {
      found.addAll(PublicTypes.besides(inModule));
    }
    assertEquals(expected, found);
  }
}
