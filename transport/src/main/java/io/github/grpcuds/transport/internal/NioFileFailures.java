package io.github.grpcuds.transport.internal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Those of java.nio.file. */
final class NioFileFailures extends FileFailures {
  @Override
  public IOException missing(String path, String reason) {
    return new NoSuchFileException(path, null, reason);
  }

  @Override
  public IOException denied(String path, String reason) {
    return new AccessDeniedException(path, null, reason);
  }

  @Override
  public IOException other(String path, String reason) {
    return new FileSystemException(path, null, reason);
  }

  @Override
  public boolean includes(IOException e) {
    return e instanceof FileSystemException;
  }
}
