package io.github.grpcuds.http2.internal;

/** What a connection may hold beside all others; asked under the lock of its owner. */
public interface Http2Memory {
  /** For a connection that has nobody beside it. */
  Http2Memory UNSHARED = () -> true;

  /**
   * False if the connection should be asked for no more now, and refuse new streams. Its owner then
   * calls {@link Http2Connection#memoryFreed} later.
   */
  boolean mayGrow();
}
