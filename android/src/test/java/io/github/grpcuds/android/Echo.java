package io.github.grpcuds.android;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
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
        .addMethod(UNARY, ServerCalls.asyncUnaryCall(new Once()))
        .addMethod(MANY, ServerCalls.asyncServerStreamingCall(new ManyTimes()))
        .addMethod(NEVER, ServerCalls.asyncUnaryCall(new NotAtAll()))
        .build();
  }

  // Classes, as in code that gRPC generates: R8's class files call lambdas without their arguments.

  private static final class Once implements ServerCalls.UnaryMethod<byte[], byte[]> {
    @Override
    public void invoke(byte[] request, StreamObserver<byte[]> responses) {
      responses.onNext(request);
      responses.onCompleted();
    }
  }

  private static final class ManyTimes
      implements ServerCalls.ServerStreamingMethod<byte[], byte[]> {
    @Override
    public void invoke(byte[] request, StreamObserver<byte[]> responses) {
      for (int i = 0; i < request.length; i++) {
        responses.onNext(request);
      }
      responses.onCompleted();
    }
  }

  private static final class NotAtAll implements ServerCalls.UnaryMethod<byte[], byte[]> {
    @Override
    public void invoke(byte[] request, StreamObserver<byte[]> responses) {}
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
