package io.github.grpcuds.transport;

import java.io.Closeable;
import java.io.IOException;

/**
 * A listening socket. One thread accepts at a time; any thread may close at any time, which wakes
 * it with {@link java.net.SocketException} "Socket closed".
 */
interface UdsListener extends Closeable {
  /** Takes a connection that is waiting; null if there is none. */
  UdsChannel accept() throws IOException;

  /**
   * Waits until a connection is waiting.
   *
   * @param timeoutMillis 0 waits for ever
   * @return false if the time passed first
   */
  boolean awaitAcceptable(long timeoutMillis) throws IOException;

  /** The {@link Backend#name} of the backend it came from. */
  String backend();
}
