package io.github.grpcuds.server;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.InternalChannelz.SocketOptions;
import io.grpc.InternalChannelz.SocketStats;
import io.grpc.InternalInstrumented;
import io.grpc.InternalLogId;

/** The listening socket as channelz shows it. */
final class ListenSocket implements InternalInstrumented<SocketStats> {
  private final UdsAddress address;
  private final InternalLogId logId;

  ListenSocket(UdsAddress address) {
    this.address = address;
    this.logId = InternalLogId.allocate(getClass(), address.toString());
  }

  @Override
  public ListenableFuture<SocketStats> getStats() {
    return Futures.immediateFuture(
        new SocketStats(null, address, null, new SocketOptions.Builder().build(), null));
  }

  @Override
  public InternalLogId getLogId() {
    return logId;
  }

  @Override
  public String toString() {
    return "ListenSocket " + logId.getId() + " " + address;
  }
}
