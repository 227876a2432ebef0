package io.github.grpcuds.benchmarks;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import java.nio.ByteBuffer;
import java.util.Iterator;

/** One long stream after the other, messages of one size. */
final class Streams {
  private static final int MAX_MESSAGES = 20_000;
  private static final int MAX_BYTES = 96 << 20;

  private Streams() {}

  /** How many messages a stream has: its start and its end must not matter. */
  static int messages(int size) {
    return Math.min(MAX_MESSAGES, MAX_BYTES / size);
  }

  /** The request of {@link BenchService#DOWNLOAD}. */
  static byte[] wish(int messages, int size) {
    return ByteBuffer.allocate(2 * Integer.BYTES).putInt(messages).putInt(size).array();
  }

  static Workload download(Channel channel, int size) {
    byte[] request = wish(messages(size), size);
    return (end, recorder) -> {
      do {
        StreamEnd replies = new StreamEnd();
        ClientCalls.asyncServerStreamingCall(
            channel.newCall(BenchService.DOWNLOAD, CallOptions.DEFAULT), request, replies);
        replies.last().get();
        recorder.count(replies.replies());
      } while (System.nanoTime() - end < 0);
    };
  }

  /** What {@link #download} does, with an iterator that waits for each message. */
  static Workload iterator(Channel channel, int size) {
    byte[] request = wish(messages(size), size);
    return (end, recorder) -> {
      do {
        Iterator<byte[]> replies =
            ClientCalls.blockingServerStreamingCall(
                channel, BenchService.DOWNLOAD, CallOptions.DEFAULT, request);
        while (replies.hasNext()) {
          replies.next();
          recorder.count(1);
        }
      } while (System.nanoTime() - end < 0);
    };
  }

  /** The same with a {@link BlockingClientCall}. */
  static Workload iteratorV2(Channel channel, int size) {
    byte[] request = wish(messages(size), size);
    return (end, recorder) -> {
      do {
        BlockingClientCall<byte[], byte[]> call =
            ClientCalls.blockingV2ServerStreamingCall(
                channel, BenchService.DOWNLOAD, CallOptions.DEFAULT, request);
        while (call.read() != null) {
          recorder.count(1);
        }
      } while (System.nanoTime() - end < 0);
    };
  }

  static Workload upload(Channel channel, int size) {
    byte[] message = new byte[size];
    int messages = messages(size);
    return (end, recorder) -> {
      do {
        StreamEnd reply = new Upload(messages, message);
        ClientCalls.asyncClientStreamingCall(
            channel.newCall(BenchService.UPLOAD, CallOptions.DEFAULT), reply);
        recorder.count(ByteBuffer.wrap(reply.last().get()).getInt());
      } while (System.nanoTime() - end < 0);
    };
  }

  private static final class Upload extends StreamEnd {
    private final int messages;
    private final byte[] message;

    Upload(int messages, byte[] message) {
      this.messages = messages;
      this.message = message;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<byte[]> requests) {
      requests.setOnReadyHandler(new MessageSource(requests, messages, message));
    }
  }
}
