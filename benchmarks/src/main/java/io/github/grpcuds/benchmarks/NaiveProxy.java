package io.github.grpcuds.benchmarks;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;

/** What one writes first: a proxy in few lines over gRPC's public API, with default executors. */
final class NaiveProxy extends HandlerRegistry implements ServerCallHandler<byte[], byte[]> {
  private final Channel channel;

  NaiveProxy(Channel channel) {
    this.channel = channel;
  }

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
    BytesMarshaller bytes = new BytesMarshaller();
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.newBuilder(bytes, bytes)
            .setType(MethodType.UNKNOWN)
            .setFullMethodName(name)
            .build();
    return ServerMethodDefinition.create(method, this);
  }

  @Override
  public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> call, Metadata headers) {
    ClientCall<byte[], byte[]> onward =
        channel.newCall(call.getMethodDescriptor(), CallOptions.DEFAULT);
    onward.start(new Answer(call, onward), headers);
    onward.request(1);
    call.request(1);
    return new ServerCall.Listener<byte[]>() {
      @Override
      public void onMessage(byte[] message) {
        onward.sendMessage(message);
        call.request(1);
      }

      @Override
      public void onHalfClose() {
        onward.halfClose();
      }

      @Override
      public void onCancel() {
        onward.cancel("cancelled", null);
      }
    };
  }

  private static final class Answer extends ClientCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final ClientCall<byte[], byte[]> onward;

    Answer(ServerCall<byte[], byte[]> call, ClientCall<byte[], byte[]> onward) {
      this.call = call;
      this.onward = onward;
    }

    @Override
    public void onHeaders(Metadata headers) {
      call.sendHeaders(headers);
    }

    @Override
    public void onMessage(byte[] message) {
      call.sendMessage(message);
      onward.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      call.close(status, trailers);
    }
  }
}
