package io.github.grpcuds.transport.internal.channel;

import io.github.grpcuds.transport.PeerPolicy;
import java.io.Closeable;
import java.io.IOException;

/**
 * A listening socket. One thread accepts at a time; any thread may close at any time, which wakes
 * it with {@link java.net.SocketException} "Socket closed".
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public interface UdsListener extends Closeable {
  /** Takes a connection that is waiting; null if there is none. */
  UdsChannel accept() throws IOException;

  /**
   * Waits until a connection is waiting.
   *
   * @param timeoutMillis 0 waits for ever
   * @return false if the time passed first
   */
  boolean awaitAcceptable(long timeoutMillis) throws IOException;

  /**
   * A new poller for this listener and the channels it accepts.
   *
   * @throws IOException if there are no descriptors left for one
   */
  Poller newPoller() throws IOException;

  /**
   * Why it cannot tell anything of who connects, to end a sentence; null if it can. Then no policy
   * but {@link PeerPolicy#anyUser} lets anybody in.
   */
  default String peerRefusal() {
    return null;
  }

  /** The name of the backend it came from: {@code jdk}, {@code ffm} or {@code jnr}. */
  String backend();
}
