package io.github.grpcuds.server;

import io.grpc.InternalChannelz.TransportStats;
import io.grpc.internal.TransportTracer;
import java.util.concurrent.TimeUnit;

/**
 * What channelz tells of a connection.
 *
 * <p>gRPC's own counter is for transports with one thread; here it counts what it counts safely,
 * messages received. The rest is here, guarded by the connection's lock.
 */
final class TransportCounters {
  /** Counts the messages received; what else gRPC counts with it is not looked at. */
  final TransportTracer tracer = TransportTracer.getDefaultFactory().create();

  private long callsStarted;
  private long lastCallNanos;
  private long callsSucceeded;
  private long callsFailed;
  private long messagesSent;
  private long lastMessageNanos;
  private long keepAlivesSent;

  private static long now() {
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }

  void callStarted() {
    callsStarted++;
    lastCallNanos = now();
  }

  void callEnded(boolean succeeded) {
    if (succeeded) {
      callsSucceeded++;
    } else {
      callsFailed++;
    }
  }

  void messagesSent(int number) {
    if (number > 0) {
      messagesSent += number;
      lastMessageNanos = now();
    }
  }

  void keepAliveSent() {
    keepAlivesSent++;
  }

  TransportStats stats(long receiveWindow, long sendWindow) {
    TransportStats received = tracer.getStats();
    return new TransportStats(
        callsStarted,
        0,
        lastCallNanos,
        callsSucceeded,
        callsFailed,
        messagesSent,
        received.messagesReceived,
        keepAlivesSent,
        lastMessageNanos,
        received.lastMessageReceivedTimeNanos,
        receiveWindow,
        sendWindow);
  }
}
