package io.github.grpcuds.android.internal;

import android.system.Os;
import android.system.OsConstants;
import java.io.IOException;

/**
 * Which error a {@link android.net.LocalSocket} met: it throws an IOException with the text of
 * strerror(3) and no number. {@link Os#strerror} gives the same texts, in no language but English.
 */
final class LocalFailure {
  private final String text;

  LocalFailure(IOException e) {
    this.text = String.valueOf(e.getMessage());
  }

  boolean is(int errno) {
    return text.equals(Os.strerror(errno));
  }

  boolean isAgain() {
    return is(OsConstants.EAGAIN) || is(OsConstants.EINTR);
  }

  boolean isDenied() {
    return is(OsConstants.EACCES) || is(OsConstants.EPERM);
  }

  /** The system's own words. */
  @Override
  public String toString() {
    return text;
  }
}
