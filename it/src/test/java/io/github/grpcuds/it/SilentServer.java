package io.github.grpcuds.it;

import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * A server that lets one client send all it has, as far as HTTP/2's flow control goes, and reads it
 * only when it is told to.
 */
final class SilentServer implements Closeable {
  private static final int READ_LIMIT_MILLIS = 60_000;

  private final ServerSocket server;
  private Socket socket;

  SilentServer(String path) throws IOException {
    server = new UdsServerSocketFactory(UdsAddress.ofPath(path)).createServerSocket(0);
  }

  /** Takes the client, reads its preface, and gives it windows of 2 GB. */
  void welcome() throws IOException {
    socket = server.accept();
    socket.setSoTimeout(READ_LIMIT_MILLIS);
    socket
        .getOutputStream()
        .write(
            RawFrames.join(
                RawFrames.settings(Http2Frame.INITIAL_WINDOW_SIZE, RawFrames.MAX_WINDOW),
                RawFrames.windowUpdate(0, RawFrames.MAX_WINDOW - 65_535)));
    new DataInputStream(socket.getInputStream()).readFully(new byte[RawFrames.PREFACE.length]);
  }

  /** Reads frames until a stream has sent a number of bytes: a checksum of them. */
  long read(int stream, long bytes) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    Map<Integer, CRC32> sums = new HashMap<>();
    long left = bytes;
    Deadline deadline = Deadline.start();
    while (left > 0) {
      deadline.check(() -> "not all of " + bytes + " bytes came");
      int head = in.readInt();
      in.readUnsignedByte();
      int id = in.readInt();
      byte[] payload = new byte[head >>> 8];
      in.readFully(payload);
      if ((head & 0xff) == Http2Frame.DATA) {
        sums.computeIfAbsent(id, s -> new CRC32()).update(payload, 0, payload.length);
        left -= id == stream ? payload.length : 0;
      }
    }
    return sums.getOrDefault(stream, new CRC32()).getValue();
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
    server.close();
  }
}
