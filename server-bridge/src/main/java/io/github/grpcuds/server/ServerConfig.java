package io.github.grpcuds.server;

import io.github.grpcuds.http2.internal.Http2Limits;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.BusyPoll;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What a server is to do, as its builder was told; not changed after {@link #copy}. */
final class ServerConfig {
  static final long OFF = Long.MAX_VALUE;
  static final int NO_LIMIT = Integer.MAX_VALUE;

  private static final long SMALLEST_DEFAULT_PENDING = 16L << 20;
  private static final long LARGEST_DEFAULT_PENDING = 1L << 30;
  private static final long BESIDES_A_MESSAGE = 1 << 20;

  SocketFileOptions socketFile = SocketFileOptions.defaults();
  String inheritedName; // null: the only socket; not looked at if there is an address
  boolean notifySystemd;
  PeerPolicy peerPolicy; // null: the default, which depends on the address
  int backlog = 1024; // the kernel cuts it to net.core.somaxconn
  int maxConnections = NO_LIMIT;
  boolean refuseFurtherConnections; // else they wait
  int ioThreads = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));
  Executor transportExecutor; // null: own threads
  boolean directExecutor; // handlers run in the thread that has something for them
  long busyPollNanos = BusyPoll.defaultNanos();
  boolean callsInLoops; // short ones, in threads of the server's own
  ScheduledExecutorService scheduler; // null: gRPC's shared one

  int flowControlWindow = 1 << 20;
  int largestWindow = 8 << 20;
  int maxConcurrentCalls = 10_000;
  int maxInboundMessageSize = 4 << 20;
  int maxInboundMetadataSize = 8192;
  int maxResetsPerSecond = 500;
  long maxPendingBytes; // 0: the default, which depends on the size of messages
  long maxServerPendingBytes; // 0: the default, which depends on the heap

  long keepAliveNanos = TimeUnit.HOURS.toNanos(2);
  long keepAliveTimeoutNanos = TimeUnit.SECONDS.toNanos(20);
  long permitKeepAliveNanos; // between two pings; floods are bounded by Http2Connection
  boolean permitKeepAliveWithoutCalls = true;
  long maxIdleNanos = OFF;
  long maxAgeNanos = OFF;
  long maxAgeGraceNanos = OFF;

  ServerConfig copy() {
    ServerConfig copy = new ServerConfig();
    copy.socketFile = socketFile;
    copy.inheritedName = inheritedName;
    copy.notifySystemd = notifySystemd;
    copy.peerPolicy = peerPolicy;
    copy.backlog = backlog;
    copy.maxConnections = maxConnections;
    copy.refuseFurtherConnections = refuseFurtherConnections;
    copy.ioThreads = ioThreads;
    copy.transportExecutor = transportExecutor;
    copy.directExecutor = directExecutor;
    copy.busyPollNanos = busyPollNanos;
    copy.callsInLoops = callsInLoops;
    copy.scheduler = scheduler;
    copy.flowControlWindow = flowControlWindow;
    copy.largestWindow = largestWindow;
    copy.maxConcurrentCalls = maxConcurrentCalls;
    copy.maxInboundMessageSize = maxInboundMessageSize;
    copy.maxInboundMetadataSize = maxInboundMetadataSize;
    copy.maxResetsPerSecond = maxResetsPerSecond;
    copy.maxPendingBytes = maxPendingBytes;
    copy.maxServerPendingBytes = maxServerPendingBytes;
    copy.keepAliveNanos = keepAliveNanos;
    copy.keepAliveTimeoutNanos = keepAliveTimeoutNanos;
    copy.permitKeepAliveNanos = permitKeepAliveNanos;
    copy.permitKeepAliveWithoutCalls = permitKeepAliveWithoutCalls;
    copy.maxIdleNanos = maxIdleNanos;
    copy.maxAgeNanos = maxAgeNanos;
    copy.maxAgeGraceNanos = maxAgeGraceNanos;
    return copy;
  }

  /** How many connections there may be before others wait to be accepted. */
  int placesToWaitFor() {
    return refuseFurtherConnections ? NO_LIMIT : maxConnections;
  }

  /** How many connections there may be before others are accepted to be closed at once. */
  int placesToBeRefusedOne() {
    return refuseFurtherConnections ? maxConnections : NO_LIMIT;
  }

  /** A path is guarded by its file's mode; an abstract name has nothing of the kind. */
  PeerPolicy peerPolicyOf(UdsAddress address) {
    if (peerPolicy != null) {
      return peerPolicy;
    }
    return address.isAbstract() ? PeerPolicy.sameUser() : PeerPolicy.anyUser();
  }

  /** What one connection may have waiting, in bytes, each way. */
  long pendingBytes() {
    return maxPendingBytes != 0
        ? maxPendingBytes
        : defaultPendingBytes(Runtime.getRuntime().maxMemory(), maxInboundMessageSize);
  }

  /** A sixteenth of the heap within bounds, but room for a message in any case. */
  static long defaultPendingBytes(long heap, int maxMessage) {
    long share = Math.min(LARGEST_DEFAULT_PENDING, Math.max(SMALLEST_DEFAULT_PENDING, heap / 16));
    return Math.max(share, maxMessage + BESIDES_A_MESSAGE);
  }

  /** What all connections together may have waiting, in bytes. */
  long serverPendingBytes() {
    return maxServerPendingBytes != 0
        ? maxServerPendingBytes
        : defaultServerPendingBytes(Runtime.getRuntime().maxMemory(), pendingBytes());
  }

  /** Two fifths of the heap, but room for two connections in any case. */
  static long defaultServerPendingBytes(long heap, long connection) {
    return Math.max(heap / 5 * 2, 2 * connection);
  }

  Http2Limits http2Limits() {
    Http2Limits limits = new Http2Limits();
    limits.maxConcurrentStreams = maxConcurrentCalls;
    limits.flowControlWindow = flowControlWindow;
    limits.largestWindow = largestWindow;
    limits.maxHeaderListBytes = maxInboundMetadataSize;
    limits.maxResetsPerSecond = maxResetsPerSecond;
    limits.maxPendingBytes = pendingBytes();
    return limits;
  }
}
