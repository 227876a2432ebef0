package io.github.grpcuds.bridge;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.ChildJvm;
import io.github.grpcuds.testkit.ChildProcess;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The program in a process of its own, the servers behind it, and the channels to it: for a test.
 */
final class BridgeProgram implements AfterEachCallback {
  private static final String LISTENING = "listening on ";

  private final List<Server> servers = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private ChildProcess process;

  static ServerBuilder<?> onTcp() {
    return OkHttpServerBuilder.forPort(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        InsecureServerCredentials.create());
  }

  Server serve(ServerBuilder<?> builder) throws Exception {
    Server server = builder.build().start();
    servers.add(server);
    return server;
  }

  ManagedChannel use(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  void endCalls() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  /** Returns once it listens. */
  void start(Object... arguments) {
    start(new ChildJvm(UdsBridgeMain.class), arguments);
  }

  /** The same in another JVM. */
  void start(ChildJvm jvm, Object... arguments) {
    process = jvm.sameBackend().start(arguments);
    awaitLine(LISTENING);
  }

  ChildProcess process() {
    return process;
  }

  String pid() {
    Matcher pid = Pattern.compile("process (\\d+) listening").matcher(awaitLine(LISTENING));
    assertTrue(pid.find());
    return pid.group(1);
  }

  /** A line of its log that has this in it. */
  String awaitLine(String part) {
    AtomicReference<String> found = new AtomicReference<>();
    Await.until(
        () -> {
          Optional<String> line =
              process.output().stream().filter(each -> each.contains(part)).findFirst();
          line.ifPresent(found::set);
          return line.isPresent();
        },
        () -> "no line with \"" + part + "\" in " + process.output());
    return found.get();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS);
    }
    if (process != null) {
      process.terminate();
      process.close();
    }
    for (Server server : servers) {
      server.shutdownNow().awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS);
    }
  }
}
