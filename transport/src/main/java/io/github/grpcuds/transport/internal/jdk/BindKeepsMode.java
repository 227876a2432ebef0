package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import java.nio.file.Files;

/**
 * Whether a socket file gets the mode of the descriptor that is bound, as Linux has it; no manual
 * promises it, and other kernels of its interface differ (gVisor). Tried once, where only this user
 * can see it.
 */
final class BindKeepsMode {
  private final JdkBackend backend;
  private Boolean holds; // null: not tried yet; guarded by this

  BindKeepsMode(JdkBackend backend) {
    this.backend = backend;
  }

  /** Also if there is no folder to try it in, as then it is Linux most likely. */
  synchronized boolean holds() {
    if (holds == null) {
      try (TempSocketFolder folder = TempSocketFolder.create()) {
        holds = holdsIn(folder);
      } catch (IOException | RuntimeException e) {
        return true;
      }
    }
    return holds;
  }

  private boolean holdsIn(TempSocketFolder folder) throws IOException {
    try (UdsListener listener = backend.listenWithMode(folder.address(), 1, 0)) {
      return listener != null && Files.getPosixFilePermissions(folder.socket()).isEmpty();
    }
  }
}
