package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.HeaderList;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.internal.GrpcUtil;
import io.grpc.internal.TransportFrameUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A request's header fields, read as gRPC over HTTP/2 wants them; what is no gRPC call is refused
 * with the codes that gRPC's other servers use.
 */
final class RequestHead {
  static final int METHOD_NOT_ALLOWED = 405;

  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;

  private static final byte[] METHOD = ascii(":method");
  private static final byte[] PATH = ascii(":path");
  private static final byte[] AUTHORITY = ascii(":authority");
  private static final byte[] HOST = ascii("host");
  private static final byte[] CONTENT_TYPE = ascii("content-type");
  private static final byte[] CONTENT_LENGTH = ascii("content-length");
  private static final byte[] TIMEOUT = ascii("grpc-timeout");
  private static final byte[] POST = ascii("POST");

  private static final int MAX_TIMEOUT_DIGITS = 8;
  private static final String TIMEOUT_UNITS = "HMSmun";

  /** Why a request is no call, and how that is said. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    /** The HTTP status; 0 if it is a gRPC status alone, in a response that is otherwise good. */
    final int code;

    private final Status.Code grpcCode;

    Refusal(int code, Status.Code grpcCode, String message) {
      super(message);
      this.code = code;
      this.grpcCode = grpcCode;
    }

    /** None: it tells about the peer, and a hostile one may cause many. */
    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }

    /** A client that is no gRPC client sends its whole request before it looks for the answer. */
    boolean canWait() {
      return code != 0;
    }

    Status status() {
      return grpcCode.toStatus().withDescription(getMessage());
    }
  }

  /** The method's full name, without the leading slash. */
  final String method;

  /** From {@code :authority} or {@code host}; null without either. */
  final String authority;

  final Metadata metadata;

  private RequestHead(String method, String authority, Metadata metadata) {
    this.method = method;
    this.authority = authority;
    this.metadata = metadata;
  }

  /**
   * Reads and checks.
   *
   * @param maxBytes of header fields, for the message if there were more
   */
  static RequestHead read(HeaderList headers, int maxBytes) throws Refusal {
    if (headers.tooLarge()) {
      throw new Refusal(
          0, Status.Code.RESOURCE_EXHAUSTED, "Request metadata larger than " + maxBytes + " bytes");
    }
    String authority = authority(headers);
    String method = method(headers);
    checkContentType(headers);
    byte[] httpMethod = single(headers, METHOD);
    if (!Arrays.equals(POST, httpMethod)) {
      throw new Refusal(
          METHOD_NOT_ALLOWED,
          Status.Code.INTERNAL,
          "HTTP method is not supported: " + text(httpMethod));
    }
    checkTimeouts(headers);
    return new RequestHead(method, authority, metadata(headers));
  }

  /**
   * Takes from the time that the call may take what it has waited.
   *
   * @throws Refusal if that is all of it
   */
  void shortenTimeout(long nanos) throws Refusal {
    Long timeout = nanos == 0 ? null : metadata.get(GrpcUtil.TIMEOUT_KEY);
    if (timeout == null) {
      return;
    }
    if (timeout <= nanos) {
      throw new Refusal(
          0,
          Status.Code.DEADLINE_EXCEEDED,
          "The deadline passed while the call waited for others of its connection");
    }
    metadata.discardAll(GrpcUtil.TIMEOUT_KEY);
    metadata.put(GrpcUtil.TIMEOUT_KEY, timeout - nanos);
  }

  private static String authority(HeaderList headers) throws Refusal {
    int index = find(headers, AUTHORITY, 0);
    if (index < 0) {
      index = find(headers, HOST, 0);
      if (index >= 0 && find(headers, HOST, index + 1) >= 0) {
        throw new Refusal(BAD_REQUEST, Status.Code.INTERNAL, "More than one host header");
      }
    }
    return index < 0 ? null : text(headers.value(index));
  }

  private static String method(HeaderList headers) throws Refusal {
    byte[] path = single(headers, PATH);
    if (path == null || path.length == 0 || path[0] != '/') {
      throw new Refusal(
          NOT_FOUND, Status.Code.UNIMPLEMENTED, "Expected path to start with /: " + text(path));
    }
    return new String(path, 1, path.length - 1, StandardCharsets.US_ASCII);
  }

  private static void checkContentType(HeaderList headers) throws Refusal {
    byte[] type = single(headers, CONTENT_TYPE);
    if (type == null) {
      throw new Refusal(
          UNSUPPORTED_MEDIA_TYPE, Status.Code.INTERNAL, "Content-Type is missing or duplicated");
    }
    if (!GrpcUtil.isGrpcContentType(text(type))) {
      throw new Refusal(
          UNSUPPORTED_MEDIA_TYPE,
          Status.Code.INTERNAL,
          "Content-Type is not supported: " + text(type));
    }
  }

  /** gRPC's core takes one that is none for a fault of the server. */
  private static void checkTimeouts(HeaderList headers) throws Refusal {
    for (int i = find(headers, TIMEOUT, 0); i >= 0; i = find(headers, TIMEOUT, i + 1)) {
      if (!isTimeout(headers.value(i))) {
        throw new Refusal(
            0, Status.Code.INTERNAL, "Malformed grpc-timeout: " + text(headers.value(i)));
      }
    }
  }

  private static boolean isTimeout(byte[] value) {
    int digits = value.length - 1;
    if (digits < 1 || digits > MAX_TIMEOUT_DIGITS) {
      return false;
    }
    for (int i = 0; i < digits; i++) {
      if (value[i] < '0' || value[i] > '9') {
        return false;
      }
    }
    return TIMEOUT_UNITS.indexOf(value[digits]) >= 0;
  }

  /** All but what is HTTP's alone. */
  private static Metadata metadata(HeaderList headers) throws Refusal {
    byte[][] fields = new byte[2 * headers.size()][];
    int count = 0;
    for (int i = 0; i < headers.size(); i++) {
      byte[] name = headers.name(i);
      if (isMetadata(name)) {
        fields[count++] = name;
        fields[count++] = headers.value(i);
      }
    }
    try {
      return InternalMetadata.newMetadata(
          TransportFrameUtil.toRawSerializedHeaders(Arrays.copyOf(fields, count)));
    } catch (IllegalArgumentException e) {
      throw new Refusal(
          0, Status.Code.INTERNAL, "A binary header is not base64: " + e.getMessage());
    }
  }

  private static boolean isMetadata(byte[] name) {
    return name.length > 0
        && name[0] != ':'
        && !Arrays.equals(name, HOST)
        && !Arrays.equals(name, CONTENT_LENGTH);
  }

  /** The value of a field that must be there once; null otherwise. */
  private static byte[] single(HeaderList headers, byte[] name) {
    int index = find(headers, name, 0);
    return index < 0 || find(headers, name, index + 1) >= 0 ? null : headers.value(index);
  }

  private static int find(HeaderList headers, byte[] name, int from) {
    for (int i = from; i < headers.size(); i++) {
      if (Arrays.equals(name, headers.name(i))) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(byte[] ascii) {
    return ascii == null ? "null" : new String(ascii, StandardCharsets.US_ASCII);
  }
}
