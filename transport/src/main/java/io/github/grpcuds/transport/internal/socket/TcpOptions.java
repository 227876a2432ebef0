package io.github.grpcuds.transport.internal.socket;

/** What TCP-minded callers set and expect to read back. Without meaning on a Unix socket. */
final class TcpOptions {
  /** What an unconnected socket says of its buffers: Linux' net.core.wmem_default. */
  static final int DEFAULT_BUFFER_BYTES = 212_992;

  volatile boolean tcpNoDelay = true;
  volatile boolean keepAlive;
  volatile boolean oobInline;
  volatile boolean reuseAddress;
  volatile int soLinger = -1;
  volatile int trafficClass;
}
