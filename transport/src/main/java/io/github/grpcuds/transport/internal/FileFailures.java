package io.github.grpcuds.transport.internal;

import java.io.IOException;

/**
 * The exceptions that tell of files: those of java.nio.file, which Android has from API level 26 on
 * alone, or others there.
 */
public abstract class FileFailures {
  private static final class Holder {
    static final FileFailures HERE =
        Platform.ANDROID ? new AndroidFileFailures() : new NioFileFailures();
  }

  public static FileFailures get() {
    return Holder.HERE;
  }

  /** There is no such file. */
  public abstract IOException missing(String path, String reason);

  /** This user has no permission. */
  public abstract IOException denied(String path, String reason);

  /** Whatever else is wrong with a file. */
  public abstract IOException other(String path, String reason);

  /** Whether an exception is one of these. */
  public abstract boolean includes(IOException e);
}
