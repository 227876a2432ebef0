package io.github.grpcuds.http2.internal;

/** What holds in a connection whenever no method of it runs. */
final class Invariants {
  /** Answers may pass their bound by what one batch of input asks for. */
  private static final int MOST_OUTPUT = 5 * 1024 * 1024;

  private Invariants() {}

  static void check(Http2Connection connection) {
    Streams streams = connection.streams();
    long pending = 0;
    for (Http2Stream stream : streams.table().all()) {
      pending += stream.held + stream.heldCost + stream.queue.cost();
      check(stream);
      require(streams.table().get(stream.id()) == stream, "stream " + stream.id() + " is lost");
    }
    int open = connection.openStreams();
    require(open == streams.table().all().size(), "size of the table: " + open);
    require(streams.pending().total() == pending, "pending: " + streams.pending() + ", " + pending);
    int scheduled = streams.sending.scheduled();
    require(scheduled <= 2 * open + 32, scheduled + " scheduled, " + open + " open");
    int output = connection.output().size();
    require(output <= MOST_OUTPUT, "output: " + output);
    require(!connection.isEnded() || open == 0, "ended with open streams: " + open);
    require(connection.isEnded() || connection.receiveWindow() >= 0, "receive window");
    require(connection.sendWindow() >= 0, "send window: " + connection.sendWindow());
  }

  private static void check(Http2Stream stream) {
    String name = "stream " + stream.id() + ": ";
    require(stream.open, name + "closed, but in the table");
    require(stream.held >= 0 && stream.heldCost >= 0, name + "held " + stream.held);
    require(stream.held > 0 || stream.heldCost == 0, name + "held cost " + stream.heldCost);
    boolean sendable = stream.queue.bytes() > 0 && stream.sendWindow > 0;
    require(!sendable || stream.scheduled, name + "may send, but has no turn");
    require(stream.queue.bytes() > 0 || !stream.endQueued, name + "has no end");
    require(stream.queue.bytes() > 0 || stream.queue.cost() == 0, name + "costs nothing");
    require(stream.sent == 0, name + "sent " + stream.sent + ", not told");
  }

  static void require(boolean holds, String message) {
    if (!holds) {
      throw new AssertionError(message);
    }
  }
}
