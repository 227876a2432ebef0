package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A folder of sockets for one test. What the test starts through it is stopped afterwards, and has
 * to leave the folder empty.
 */
final class Sockets implements BeforeEachCallback, AfterEachCallback {
  private final List<ManagedChannel> channels = Collections.synchronizedList(new ArrayList<>());
  private final List<Server> servers = Collections.synchronizedList(new ArrayList<>());
  private Path folder;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    folder = Files.createTempDirectory("uds");
  }

  String path(String name) {
    return folder.resolve(name).toString();
  }

  Server serve(String path, BindableService service) throws IOException {
    return start(UdsServerBuilder.forPath(path).addService(service));
  }

  Server start(ServerBuilder<?> builder) throws IOException {
    Server server = builder.build().start();
    servers.add(server);
    return server;
  }

  ManagedChannel channel(String path) {
    return open(UdsChannelBuilder.forPath(path));
  }

  ManagedChannel open(UdsChannelBuilder builder) {
    return add(builder.build());
  }

  ManagedChannel add(ManagedChannel channel) {
    channels.add(channel);
    return channel;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
    }
    for (Server server : servers) {
      server.shutdownNow();
    }
    for (ManagedChannel channel : channels) {
      assertTrue(
          channel.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS), "still open: " + channel);
    }
    for (Server server : servers) {
      assertTrue(
          server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS), "still up: " + server);
    }
    List<Path> left;
    try (Stream<Path> files = Files.list(folder)) {
      left = files.collect(Collectors.toList());
    }
    for (Path path : left) {
      Files.delete(path);
    }
    Files.delete(folder);
    assertEquals(Collections.emptyList(), left, "left behind");
  }
}
