package io.github.grpcuds.it.libraries;

import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A folder with a short path for one test's sockets, deleted afterwards. */
final class SocketFolder implements BeforeEachCallback, AfterEachCallback {
  private Path folder;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    folder = Files.createTempDirectory("uds");
  }

  Path path() {
    return folder;
  }

  String target(String name) {
    return "unix:" + folder.resolve(name);
  }

  UdsSocketFactory client(String name) {
    return new UdsSocketFactory(target(name));
  }

  UdsServerSocketFactory server(String name) {
    return new UdsServerSocketFactory(target(name));
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }
}
