package io.github.grpcuds.check;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * Asks gRPC's health service (grpc.health.v1). Its two messages have one field each, so this needs
 * no protobuf library, which an application may have in any version.
 */
final class Health {
  private static final String[] STATES = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  private static final int STATUS_FIELD = 1 << 3; // number 1, a varint

  private static final MethodDescriptor<byte[], byte[]> CHECK =
      MethodDescriptor.newBuilder(new Bytes(), new Bytes())
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("grpc.health.v1.Health/Check")
          .build();

  private Health() {}

  /**
   * Asks for the health of the server as a whole.
   *
   * @throws io.grpc.StatusRuntimeException if the call ends with an error, such as UNIMPLEMENTED
   */
  static String of(Channel channel, long withinSeconds) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(withinSeconds, TimeUnit.SECONDS);
    return state(ClientCalls.blockingUnaryCall(channel, CHECK, options, new byte[0]));
  }

  /** Of an encoded HealthCheckResponse; a field of value 0 is left out. */
  static String state(byte[] response) {
    if (response.length == 0) {
      return STATES[0];
    }
    boolean known =
        response.length == 2
            && response[0] == STATUS_FIELD
            && response[1] >= 0
            && response[1] < STATES.length;
    return known ? STATES[response[1]] : "an answer that is not understood";
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] buffer = new byte[1024];
      try {
        for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
          bytes.write(buffer, 0, count);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }
  }
}
