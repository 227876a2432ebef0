package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.grpc.CallOptions;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the first call of a JVM does without, as it would take longer than all the rest. */
class FirstCallTest {
  /** TLS, digests, who the server is, code that is generated for native calls, and lambdas. */
  private static final Pattern TOO_SLOW =
      Pattern.compile(
          " (sun\\.security\\.ssl\\.\\S*|sun\\.security\\.provider\\.SHA2\\S*"
              + "|io\\.grpc\\.okhttp\\.internal\\.Platform"
              + "|jnr\\.ffi\\.\\S*|org\\.objectweb\\.asm\\.\\S*"
              + "|io\\.github\\.grpcuds\\.transport\\.(PeerCredentials|PrincipalIds|IdNamespace)"
              + "|io\\.github\\.grpcuds\\.(okhttp|transport)\\.\\S*Lambda\\S*) ");

  @RegisterExtension final Sockets sockets = new Sockets();

  @ParameterizedTest
  @ValueSource(strings = {"forPath", "forTarget", "credentials"})
  void firstCallInPlainTextLoadsNoneOfIt(String builder) throws Exception {
    String path = sockets.path("s");
    sockets.serve(path, new ByteEcho());
    List<String> output;
    try (ChildProcess client = caller().start(path, builder)) {
      assertEquals(0, client.awaitExit(), () -> "it said " + client.output());
      output = client.output();
    }
    assertTrue(
        output.stream().anyMatch(line -> line.contains(" io.grpc.internal.ManagedChannelImpl ")),
        () -> "not a list of classes: " + output);
    assertEquals(
        Collections.emptyList(),
        output.stream().filter(line -> TOO_SLOW.matcher(line).find()).collect(Collectors.toList()));
  }

  private static ChildJvm caller() {
    return new ChildJvm(Caller.class).options("-verbose:class").sameBackend();
  }

  /** Makes one call. */
  static final class Caller {
    private Caller() {}

    public static void main(String[] args) {
      ManagedChannel channel = builder(args[0], args[1]).build();
      ClientCalls.blockingUnaryCall(channel, ByteEcho.ECHO, CallOptions.DEFAULT, new byte[1]);
      Runtime.getRuntime().halt(0); // with none of what the end of a JVM loads
    }

    private static ManagedChannelBuilder<?> builder(String path, String kind) {
      switch (kind) {
        case "forPath":
          return UdsChannelBuilder.forPath(path);
        case "credentials":
          return UdsChannelBuilder.forPath(path, InsecureChannelCredentials.create());
        default:
          return ManagedChannelBuilder.forTarget("unix:" + path).usePlaintext();
      }
    }
  }
}
