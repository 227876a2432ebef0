package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a server has sent on one stream so far. */
final class Http2Reply {
  private static final int PREFIX = 5;

  /** Each value of a name that came several times, with commas between; null until they came. */
  Map<String, String> headers;

  /** Null until they came; the headers themselves if these ended the stream. */
  Map<String, String> trailers;

  /** The error of the RST_STREAM that came, or null. */
  Integer reset;

  /** Whether the server has ended its side. */
  boolean ended;

  /** Largest DATA frame so far, in bytes. */
  int largestData;

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  void addHeaders(Map<String, String> block, boolean end) {
    if (headers == null) {
      headers = block;
    }
    if (end) {
      trailers = block;
      ended = true;
    }
  }

  void addData(byte[] data, boolean end) {
    body.write(data, 0, data.length);
    largestData = Math.max(largestData, data.length);
    ended |= end;
  }

  boolean over() {
    return ended || reset != null;
  }

  int bodySize() {
    return body.size();
  }

  String httpStatus() {
    return headers == null ? null : headers.get(":status");
  }

  /** Null if there is none. */
  String grpcStatus() {
    return trailers == null ? null : trailers.get("grpc-status");
  }

  /** The gRPC messages that came whole. */
  List<byte[]> messages() {
    List<byte[]> messages = new ArrayList<>();
    ByteBuffer rest = ByteBuffer.wrap(body.toByteArray());
    while (rest.remaining() >= PREFIX && rest.remaining() >= PREFIX + length(rest)) {
      byte[] message = new byte[length(rest)];
      rest.position(rest.position() + PREFIX);
      rest.get(message);
      messages.add(message);
    }
    return messages;
  }

  /** It ended well, with these messages and no others. */
  void assertOk(byte[]... expected) {
    assertEquals("0", grpcStatus(), this::toString);
    List<byte[]> messages = messages();
    assertEquals(expected.length, messages.size(), this::toString);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], messages.get(i));
    }
  }

  private static int length(ByteBuffer rest) {
    return rest.getInt(rest.position() + 1);
  }

  @Override
  public String toString() {
    return String.format(
        "headers %s, %d bytes, trailers %s, reset %s", headers, body.size(), trailers, reset);
  }
}
