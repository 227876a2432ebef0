package io.github.grpcuds.server;

import io.grpc.CallOptions;
import io.grpc.CompressorRegistry;
import io.grpc.Metadata;
import io.grpc.ServerCall;

/**
 * Keeps the encoding that the sender has chosen. gRPC hands messages over uncompressed, and does
 * not say which of them were compressed: in a call with an encoding, all are compressed again.
 */
final class Compression {
  private static final Metadata.Key<String> ENCODING =
      Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);

  private static final String NONE = "identity";

  private Compression() {}

  /** For the requests of a call with these headers. */
  static CallOptions apply(Metadata headers, CallOptions options) {
    String encoding = chosenIn(headers);
    return encoding == null ? options : options.withCompression(encoding);
  }

  /** For the responses of a call, before its headers are sent. */
  static void apply(Metadata headers, ServerCall<?, ?> call) {
    String encoding = chosenIn(headers);
    if (encoding == null) {
      return;
    }
    try {
      call.setCompression(encoding); // gRPC leaves it out if the caller does not accept it
    } catch (IllegalArgumentException e) {
      // The server was given compressors of its own, without this one.
    }
  }

  /** Null if that is none, or one that gRPC cannot make. */
  private static String chosenIn(Metadata headers) {
    String encoding = headers.get(ENCODING);
    boolean known =
        encoding != null
            && !encoding.equals(NONE)
            && CompressorRegistry.getDefaultInstance().lookupCompressor(encoding) != null;
    return known ? encoding : null;
  }
}
