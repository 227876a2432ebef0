package io.github.grpcuds.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * The streams of a socket, in place of its own.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public interface SocketStreams {
  /** What {@link Socket#getInputStream} gives. */
  InputStream input();

  /** What {@link Socket#getOutputStream} gives. */
  OutputStream output();

  /** Makes the streams of a socket that is connected, when they are first asked for. */
  interface Factory {
    /**
     * Makes them.
     *
     * @param socket to be closed with either of them
     * @param channel the socket's, on which they may write without blocking
     * @param input the socket's own
     */
    SocketStreams create(Socket socket, UdsChannel channel, InputStream input);
  }

  /** A socket to be connected, with streams of that kind. */
  static Socket unconnected(UdsAddress address, Factory streams) throws IOException {
    return new UdsSocket(address, streams);
  }
}
