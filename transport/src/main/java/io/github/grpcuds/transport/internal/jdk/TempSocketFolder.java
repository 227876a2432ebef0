package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.UdsAddress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder in the temp directory that is this user's alone, for a socket to try something on. */
final class TempSocketFolder implements Closeable {
  private final Path folder;

  private TempSocketFolder(Path folder) {
    this.folder = folder;
  }

  static TempSocketFolder create() throws IOException {
    return new TempSocketFolder(Files.createTempDirectory("grpcuds")); // with mode 0700
  }

  Path socket() {
    return folder.resolve("s");
  }

  /**
   * @throws IllegalArgumentException if the temp directory's path is too long
   */
  UdsAddress address() {
    return UdsAddress.ofPath(socket().toString());
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(socket());
    Files.delete(folder);
  }
}
