package io.github.grpcuds.transport.internal.socket;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * The streams of a socket.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class SocketStreams {
  final InputStream input;
  final OutputStream output;

  /**
   * A pair of streams.
   *
   * @param input what {@link Socket#getInputStream} gives
   * @param output what {@link Socket#getOutputStream} gives
   */
  public SocketStreams(InputStream input, OutputStream output) {
    this.input = input;
    this.output = output;
  }

  /** Makes the streams of a socket that is connected, when they are first asked for. */
  public interface Factory {
    /**
     * Makes them.
     *
     * @param socket to be closed with either of them
     * @param channel the socket's, on which they may write without blocking
     * @param input the socket's own
     */
    SocketStreams create(Socket socket, UdsChannel channel, InputStream input);
  }

  /**
   * A socket to be connected, with streams other than its own.
   *
   * @param busyPollNanos for how long a read may look for input before it sleeps, as {@link
   *     BusyPoll} has it
   */
  public static Socket unconnected(UdsAddress address, Factory streams, long busyPollNanos)
      throws IOException {
    return new UdsSocket(address, streams, busyPollNanos);
  }
}
