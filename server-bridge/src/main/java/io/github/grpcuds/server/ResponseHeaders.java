package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.HeaderList;
import io.grpc.InternalMetadata;
import io.grpc.InternalStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.internal.GrpcUtil;
import io.grpc.internal.TransportFrameUtil;
import java.nio.charset.StandardCharsets;

/** Makes the header fields of responses (gRPC over HTTP/2, "Responses"). */
final class ResponseHeaders {
  private static final byte[] STATUS = ascii(":status");
  private static final byte[] OK = ascii("200");
  private static final byte[] CONTENT_TYPE = ascii("content-type");
  private static final byte[] GRPC = ascii(GrpcUtil.CONTENT_TYPE_GRPC);
  private static final byte[] PLAIN_TEXT = ascii("text/plain; charset=utf-8");
  private static final byte[] ALLOW = ascii("allow");
  private static final byte[] POST = ascii("POST");
  private static final int FIXED_FIELDS = 3;

  private ResponseHeaders() {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The fields a response begins with. */
  static HeaderList headers(Metadata headers) {
    removeReserved(headers);
    HeaderList list = new HeaderList(FIXED_FIELDS + InternalMetadata.headerCount(headers));
    list.add(STATUS, OK).add(CONTENT_TYPE, GRPC);
    return addMetadata(list, headers);
  }

  /** The fields a response ends with, which are all it has if it has not begun. */
  static HeaderList trailers(Metadata trailers, boolean begun) {
    if (!begun) {
      return headers(trailers);
    }
    removeReserved(trailers);
    HeaderList list = new HeaderList(InternalMetadata.headerCount(trailers));
    return addMetadata(list, trailers);
  }

  /**
   * A status as the end of a response, or all of it.
   *
   * @param begun whether a response has begun
   */
  static HeaderList status(Status status, boolean begun) {
    return trailers(metadata(status), begun);
  }

  /** The fields of an answer to what is no gRPC call; the status' description is its body. */
  static HeaderList httpError(int code, Status status) {
    Metadata metadata = metadata(status);
    HeaderList list = new HeaderList(FIXED_FIELDS + InternalMetadata.headerCount(metadata));
    list.add(STATUS, ascii(Integer.toString(code))).add(CONTENT_TYPE, PLAIN_TEXT);
    if (code == RequestHead.METHOD_NOT_ALLOWED) {
      list.add(ALLOW, POST); // RFC 9110, section 15.5.6
    }
    return addMetadata(list, metadata);
  }

  private static Metadata metadata(Status status) {
    Metadata metadata = new Metadata();
    metadata.put(InternalStatus.CODE_KEY, status);
    if (status.getDescription() != null) {
      metadata.put(InternalStatus.MESSAGE_KEY, status.getDescription());
    }
    return metadata;
  }

  /** What the application may not set, as it is the transport's. */
  private static void removeReserved(Metadata metadata) {
    metadata.discardAll(GrpcUtil.CONTENT_TYPE_KEY);
    metadata.discardAll(GrpcUtil.TE_HEADER);
    metadata.discardAll(GrpcUtil.USER_AGENT_KEY);
  }

  private static HeaderList addMetadata(HeaderList list, Metadata metadata) {
    byte[][] fields = TransportFrameUtil.toHttp2Headers(metadata);
    for (int i = 0; i < fields.length; i += 2) {
      byte[] name = fields[i];
      if (name.length > 0 && name[0] != ':') {
        list.add(name, fields[i + 1]);
      }
    }
    return list;
  }
}
