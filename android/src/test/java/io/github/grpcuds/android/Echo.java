package io.github.grpcuds.android;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A service whose messages are bytes. */
final class Echo {
  static final MethodDescriptor<byte[], byte[]> UNARY =
      method("test.Echo/Unary", MethodDescriptor.MethodType.UNARY);

  /** Answers as many times as the request has bytes. */
  static final MethodDescriptor<byte[], byte[]> MANY =
      method("test.Echo/Many", MethodDescriptor.MethodType.SERVER_STREAMING);

  /** Answers nothing. */
  static final MethodDescriptor<byte[], byte[]> NEVER =
      method("test.Echo/Never", MethodDescriptor.MethodType.UNARY);

  private Echo() {}

  static ServerServiceDefinition service() {
    return ServerServiceDefinition.builder("test.Echo")
        .addMethod(
            UNARY,
            ServerCalls.asyncUnaryCall(
                (request, responses) -> {
                  responses.onNext(request);
                  responses.onCompleted();
                }))
        .addMethod(
            MANY,
            ServerCalls.asyncServerStreamingCall(
                (request, responses) -> {
                  for (int i = 0; i < request.length; i++) {
                    responses.onNext(request);
                  }
                  responses.onCompleted();
                }))
        .addMethod(NEVER, ServerCalls.asyncUnaryCall((request, responses) -> {}))
        .build();
  }

  private static MethodDescriptor<byte[], byte[]> method(
      String name, MethodDescriptor.MethodType type) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setFullMethodName(name)
        .setType(type)
        .setRequestMarshaller(new Bytes())
        .setResponseMarshaller(new Bytes())
        .build();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      try {
        for (int n; (n = stream.read(buffer)) >= 0; ) {
          all.write(buffer, 0, n);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return all.toByteArray();
    }
  }
}
