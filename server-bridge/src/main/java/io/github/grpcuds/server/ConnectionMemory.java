package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.Http2Memory;

/** What one connection's client makes the server hold, as it counts towards what all may. */
final class ConnectionMemory extends MemoryBudget.Account implements Http2Memory {
  /** A smaller change is not told: what each connection costs at rest makes up for it. */
  private static final int GRAIN = 4096;

  private static final String TOO_LARGE =
      "the server is short of memory, and this connection holds the most";

  private final MemoryBudget server;
  private final EventLoop loop;
  private final MessageMemory messages;
  private ServerConnection connection; // set before anything else happens
  private long told; // guarded by the connection's lock

  private final Retries.Attempt goOn =
      new Retries.Attempt() {
        @Override
        void attempt() {
          connection.memoryFreed();
        }
      };

  private final Retries.Attempt giveUp =
      new Retries.Attempt() {
        @Override
        void attempt() {
          connection.endForMemory(TOO_LARGE);
        }
      };

  /**
   * Nothing yet.
   *
   * @param messages what its calls hold
   */
  ConnectionMemory(MemoryBudget server, EventLoop loop, MessageMemory messages) {
    this.server = server;
    this.loop = loop;
    this.messages = messages;
  }

  /** Begins to count, for a connection and what that costs at rest beyond others. */
  void begin(ServerConnection counted, long extraCost) {
    connection = counted;
    server.add(this);
    server.change(this, extraCost);
  }

  /** Counts no more. */
  void close() {
    server.remove(this);
  }

  MessageMemory messages() {
    return messages;
  }

  /** Tells how much there is, as the lock is about to be given back. */
  void tell(long http2Bytes) {
    long now = http2Bytes + messages.held();
    long change = now - told;
    if (change >= GRAIN || change <= -GRAIN) {
      told = now;
      server.change(this, change);
    }
  }

  @Override
  public boolean mayGrow() {
    return server.mayGrow(this);
  }

  @Override
  void freed() {
    loop.retry(goOn);
  }

  @Override
  Retries.Attempt ending() {
    return giveUp;
  }

  /** Ends the connections for which there is no memory; with no lock held. */
  void endDue() {
    server.endDue();
  }
}
