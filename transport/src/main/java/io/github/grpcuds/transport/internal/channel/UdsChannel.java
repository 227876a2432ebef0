package io.github.grpcuds.transport.internal.channel;

import io.github.grpcuds.transport.PeerCredentials;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A connected socket that never blocks but in its two await methods.
 *
 * <p>One thread may read (or await reading) while another writes (or awaits writing), and any
 * thread may close at any time: it wakes both. After the close every method throws {@link
 * java.net.SocketException} "Socket closed" and none touches the descriptor. A thread's interrupt
 * ends no wait and closes nothing; the flag is kept.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public interface UdsChannel extends Closeable {
  /** The socket buffers whose sizes can be read and set. */
  enum Buffer {
    SEND,
    RECEIVE
  }

  /** Reads what is there: the number of bytes, 0 if there is none yet, -1 at the end. */
  int read(byte[] target, int offset, int length) throws IOException;

  /** Writes what the kernel takes: the number of bytes, 0 if it takes none now. */
  int write(byte[] source, int offset, int length) throws IOException;

  /** As the other read, into a direct buffer, whose position moves on. */
  int read(ByteBuffer target) throws IOException;

  /** As the other write, from a direct buffer, whose position moves on. */
  int write(ByteBuffer source) throws IOException;

  /**
   * Waits until a read would give bytes, the end or an error.
   *
   * @param timeoutMillis 0 waits for ever
   * @return false if the time passed first
   */
  boolean awaitReadable(long timeoutMillis) throws IOException;

  /**
   * Waits until a write would take bytes or fail.
   *
   * @param timeoutMillis 0 waits for ever
   * @return false if the time passed first
   */
  boolean awaitWritable(long timeoutMillis) throws IOException;

  /** Makes this end's reads give the end. */
  void shutdownInput() throws IOException;

  /** Makes the peer's reads end once it has read what was written. */
  void shutdownOutput() throws IOException;

  /** Size in bytes as the kernel reports it; Linux counts its bookkeeping in (socket(7)). */
  int bufferSize(Buffer buffer) throws IOException;

  /** Asks for a size in bytes, which the kernel may change (Linux doubles it). */
  void setBufferSize(Buffer buffer, int bytes) throws IOException;

  /** What the kernel says of the other end; still there when the peer has closed. */
  PeerCredentials peerCredentials() throws IOException;

  /** The name of the backend it came from: {@code jdk}, {@code ffm} or {@code jnr}. */
  String backend();
}
