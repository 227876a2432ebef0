package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LoadBalancingTest {
  private static final HelloRequest ANN = HelloRequest.newBuilder().setName("Ann").build();

  @RegisterExtension final Sockets sockets = new Sockets();

  private String a;
  private String b;

  @BeforeEach
  void choosePaths() {
    a = sockets.path("a.sock");
    b = sockets.path("b.sock");
  }

  private static GreeterGrpc.GreeterBlockingStub stub(ManagedChannel channel) {
    return GreeterGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS);
  }

  private static Map<String, Integer> answers(ManagedChannel channel, int calls) {
    Map<String, Integer> answers = new HashMap<>();
    for (int i = 0; i < calls; i++) {
      answers.merge(stub(channel).sayHello(ANN).getMessage(), 1, Integer::sum);
    }
    return answers;
  }

  /** Calls until the channel answers with exactly these, or fails with what it saw last. */
  private static void awaitAnswers(ManagedChannel channel, String... wanted) {
    Deadline deadline = Deadline.start();
    Map<String, Integer> seen;
    do {
      deadline.check(() -> "wanted " + Arrays.toString(wanted));
      seen = answers(channel, 10);
    } while (!seen.keySet().equals(new java.util.HashSet<>(Arrays.asList(wanted))));
  }

  @Test
  void pickFirstTakesTheFirstThatAnswers() throws Exception {
    sockets.serve(b, new EchoGreeter("B"));
    ManagedChannel channel = sockets.open(UdsChannelBuilder.forTarget("unix:" + a + "," + b));
    assertEquals("B Ann", stub(channel).sayHello(ANN).getMessage());
  }

  @Test
  void pickFirstGoesToTheSecondWhenTheFirstDies() throws Exception {
    final Server first = sockets.serve(a, new EchoGreeter("A"));
    sockets.serve(b, new EchoGreeter("B"));
    ManagedChannel channel = sockets.open(UdsChannelBuilder.forTarget("unix:" + a + "," + b));
    assertEquals("A Ann", stub(channel).sayHello(ANN).getMessage());
    first.shutdownNow().awaitTermination();
    awaitAnswers(channel, "B Ann");
  }

  @Test
  void roundRobinUsesAllSocketsEvenly() throws Exception {
    sockets.serve(a, new EchoGreeter("A"));
    sockets.serve(b, new EchoGreeter("B"));
    ManagedChannel channel =
        sockets.open(
            UdsChannelBuilder.forAddresses(
                    Arrays.asList(UdsAddress.ofPath(a), UdsAddress.ofPath(b)))
                .defaultLoadBalancingPolicy("round_robin"));
    awaitAnswers(channel, "A Ann", "B Ann");
    Map<String, Integer> answers = answers(channel, 100);
    assertEquals(50, answers.get("A Ann"), answers.toString());
    assertEquals(50, answers.get("B Ann"), answers.toString());
  }

  @Test
  void roundRobinLeavesADeadSocketOutAndTakesItBack() throws Exception {
    sockets.serve(a, new EchoGreeter("A"));
    final Server second = sockets.serve(b, new EchoGreeter("B"));
    ManagedChannel channel =
        sockets.open(
            UdsChannelBuilder.forTarget("unix:" + a + "," + b)
                .defaultLoadBalancingPolicy("round_robin"));
    awaitAnswers(channel, "A Ann", "B Ann");
    second.shutdownNow().awaitTermination();
    awaitAnswers(channel, "A Ann");
    sockets.serve(b, new EchoGreeter("B"));
    awaitAnswers(channel, "A Ann", "B Ann");
  }

  @Test
  void commaInsideAPathIsEscaped() throws Exception {
    String odd = sockets.path("a,b c%d.sock");
    sockets.serve(odd, new EchoGreeter());
    ManagedChannel byTarget =
        sockets.open(UdsChannelBuilder.forTarget(UdsAddress.ofPath(odd).toString()));
    assertEquals("Hello Ann", stub(byTarget).sayHello(ANN).getMessage());
    assertEquals("Hello Ann", stub(sockets.channel(odd)).sayHello(ANN).getMessage());
  }

  @Test
  void abstractNames() throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && !"jdk".equals(System.getProperty("grpcuds.backend")),
        "Linux alone has abstract names, and backend jdk does not");
    UdsAddress name = UdsAddress.ofAbstract("grpcuds-it-" + System.nanoTime() + "\0x");
    sockets.start(UdsServerBuilder.forAddress(name).addService(new EchoGreeter("Abstract")));
    ManagedChannel channel = sockets.open(UdsChannelBuilder.forTarget(name.toString()));
    assertEquals("Abstract Ann", stub(channel).sayHello(ANN).getMessage());
  }
}
