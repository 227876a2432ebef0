package io.github.grpcuds.benchmarks;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.ExecutionException;

/** A blocking call after the other while a stream of 64 KiB messages comes from the server. */
final class CallsBesideBulk implements Workload {
  private static final int BULK_BYTES = 64 << 10;

  private final BlockingCalls calls;
  private final Channel bulk;

  CallsBesideBulk(Channel channel, Channel bulk) {
    this.calls = new BlockingCalls(channel);
    this.bulk = bulk;
  }

  @Override
  public void run(long end, Recorder recorder) throws InterruptedException {
    ClientCall<byte[], byte[]> call = bulk.newCall(BenchService.DOWNLOAD, CallOptions.DEFAULT);
    StreamEnd stream = new StreamEnd();
    byte[] wish = Streams.wish(Integer.MAX_VALUE, BULK_BYTES);
    ClientCalls.asyncServerStreamingCall(call, wish, stream);
    calls.run(end, recorder);
    call.cancel("the row is over", null);
    try {
      stream.last().get();
    } catch (ExecutionException e) {
      recorder.bulk((long) stream.replies() * BULK_BYTES);
      return; // cancelled
    }
    throw new IllegalStateException("the stream of large messages ended before the calls");
  }
}
