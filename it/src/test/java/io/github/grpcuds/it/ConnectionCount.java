package io.github.grpcuds.it;

import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the connections that a server has had. */
final class ConnectionCount extends ServerTransportFilter {
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  @Override
  public Attributes transportReady(Attributes attributes) {
    begun.incrementAndGet();
    return attributes;
  }

  @Override
  public void transportTerminated(Attributes attributes) {
    ended.incrementAndGet();
  }

  @Override
  public String toString() {
    return begun + " begun, " + ended + " ended";
  }
}
