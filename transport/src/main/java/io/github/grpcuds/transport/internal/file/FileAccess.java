package io.github.grpcuds.transport.internal.file;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FilePaths;
import io.github.grpcuds.transport.internal.Platform;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.Path;

/** What file modes let this user do, asked of the system (access(2)). */
public final class FileAccess {
  private FileAccess() {}

  /** Whether modes keep this user from connecting to a socket file. */
  public static boolean isDenied(UdsAddress address) {
    return !address.isAbstract()
        && FilePaths.refusal(address) == null
        && isDenied(FilePaths.of(address));
  }

  /**
   * Whether modes keep this user from writing to a file. False for one that is gone by now, which
   * Files.isWritable does not tell apart.
   */
  public static boolean isDenied(Path path) {
    try {
      path.getFileSystem().provider().checkAccess(path, AccessMode.WRITE);
      return false;
    } catch (AccessDeniedException e) {
      return !Platform.WINDOWS;
    } catch (IOException e) {
      return false;
    }
  }
}
