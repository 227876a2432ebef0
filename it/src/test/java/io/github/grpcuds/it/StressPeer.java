package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.fail;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.NoSuchFileException;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Clients that leave at a random point, and ones that read slowly and to the end. */
final class StressPeer {
  private static final int LIMIT_MILLIS = 30_000;

  private StressPeer() {}

  private static Socket open(String path) throws IOException {
    Socket socket = new UdsSocketFactory(UdsAddress.ofPath(path)).createSocket("localhost", 0);
    socket.setSoTimeout(LIMIT_MILLIS);
    return socket;
  }

  /**
   * Says a part of what a client says, in a number of writes, reads a little or not, and leaves.
   */
  static void leaveEarly(String path, Random random, boolean tls) {
    byte[] all = tls ? firstBytesOfTls(random) : conversation(random);
    try (Socket socket = open(path)) {
      OutputStream out = socket.getOutputStream();
      int end = random.nextInt(all.length + 1);
      for (int at = 0; at < end; ) {
        int length = Math.min(end - at, 1 + random.nextInt(2000));
        out.write(all, at, length);
        at += length;
      }
      if (random.nextBoolean() && end == all.length && !tls) {
        socket.getInputStream().read(new byte[1 + random.nextInt(100_000)]);
      } else if (random.nextBoolean()) {
        LockSupport.parkNanos(random.nextInt(5_000_000));
      }
    } catch (IOException e) {
      // the server was faster, or is down
    }
  }

  private static byte[] firstBytesOfTls(Random random) {
    byte[] bytes = new byte[200];
    random.nextBytes(bytes);
    if (random.nextBoolean()) {
      System.arraycopy(new byte[] {22, 3, 1, 1, 0, 1, 0, 0, (byte) 252, 3, 3}, 0, bytes, 0, 11);
    }
    return bytes;
  }

  private static byte[] conversation(Random random) {
    byte[] all = start();
    for (int i = 0; i < 5; i++) {
      int stream = 2 * i + 1;
      byte[] call =
          random.nextBoolean()
              ? download(stream, random.nextInt(100), random.nextInt(20_000))
              : RawFrames.call(
                  stream,
                  "/" + StressService.UNARY.getFullMethodName(),
                  StressService.message(0, random.nextInt(10_000)));
      all = RawFrames.join(all, call);
    }
    return random.nextBoolean() ? RawFrames.join(all, RawFrames.reset(1)) : all;
  }

  private static byte[] start() {
    return RawFrames.join(
        RawFrames.PREFACE,
        RawFrames.settings(Http2Frame.INITIAL_WINDOW_SIZE, RawFrames.MAX_WINDOW),
        RawFrames.windowUpdate(0, RawFrames.MAX_WINDOW - 65_535));
  }

  private static byte[] download(int stream, int count, int size) {
    return RawFrames.call(
        stream, "/" + StressService.DOWNLOAD.getFullMethodName(), StressService.order(count, size));
  }

  /** Reads megabytes, often stopping, and fails if the end does not come. */
  static void readSlowly(String path, Random random, BooleanSupplier disturbed) throws Exception {
    int count = 50 + random.nextInt(200);
    int size = 1 + random.nextInt(30_000);
    long read = 0;
    try (Socket socket = open(path)) {
      socket.getOutputStream().write(RawFrames.join(start(), download(1, count, size)));
      DataInputStream in = new DataInputStream(socket.getInputStream());
      for (boolean end = false; !end; ) {
        int head = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        int length = head >>> 8;
        in.readFully(new byte[length]);
        read += (head & 0xff) == Http2Frame.DATA ? length : 0;
        end = stream == 1 && (flags & Http2Frame.END_STREAM) != 0;
        if (random.nextInt(20) == 0) {
          LockSupport.parkNanos(random.nextInt(40_000_000));
        }
      }
      long expected = count * (size + 13L); // each with gRPC's head and the message's
      if (read != expected && !disturbed.getAsBoolean()) {
        fail("read " + read + " of " + expected + " bytes");
      }
    } catch (EOFException | SocketException | NoSuchFileException e) {
      if (!disturbed.getAsBoolean()) {
        throw new AssertionError("after " + read + " bytes: " + e, e);
      }
    }
  }
}
