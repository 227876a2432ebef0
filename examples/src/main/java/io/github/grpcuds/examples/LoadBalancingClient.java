package io.github.grpcuds.examples;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloRequest;
import io.grpc.ManagedChannel;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A client that spreads its calls over the servers of several sockets. */
public final class LoadBalancingClient {
  private static final String USAGE =
      "LoadBalancingClient --target unix:/a.sock,/b.sock [--calls NUMBER]";

  private LoadBalancingClient() {}

  public static void main(String[] args) {
    Options options = Options.parse(USAGE, args);
    ManagedChannel channel =
        UdsChannelBuilder.forTarget(options.get("target"))
            .defaultLoadBalancingPolicy("round_robin")
            .build();
    try {
      GreeterGrpc.GreeterBlockingStub greeter = GreeterGrpc.newBlockingStub(channel);
      HelloRequest request = HelloRequest.newBuilder().setName("everybody").build();
      Map<Long, Integer> callsByPid = new TreeMap<>();
      for (int i = 0; i < options.getInt("calls", 100); i++) {
        long pid = greeter.withDeadlineAfter(5, TimeUnit.SECONDS).sayHello(request).getPid();
        callsByPid.merge(pid, 1, Integer::sum);
      }
      callsByPid.forEach((pid, calls) -> System.out.println("process " + pid + ": " + calls));
    } finally {
      channel.shutdownNow();
    }
  }
}
