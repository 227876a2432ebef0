package io.github.grpcuds.transport.internal.socket;

import java.net.SocketException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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

  private final Map<String, Object> others = new ConcurrentHashMap<>(0);

  void setTrafficClass(int value) {
    if (value < 0 || value > 255) {
      throw new IllegalArgumentException("traffic class not in 0..255: " + value);
    }
    trafficClass = value;
  }

  /** Sets one that has no method of its own. */
  void setOther(String name, Object value) {
    if (value instanceof Integer && (Integer) value <= 0) {
      throw new IllegalArgumentException(name + " <= 0: " + value);
    }
    others.put(name, value);
  }

  /** What was set, or else what Linux begins with. */
  Object other(String name) throws SocketException {
    Object value = others.get(name);
    return value != null ? value : defaultOf(name);
  }

  private static Object defaultOf(String name) throws SocketException {
    switch (name) {
      case "SO_REUSEPORT":
      case "TCP_QUICKACK":
        return false;
      case "TCP_KEEPIDLE":
        return 7200; // seconds
      case "TCP_KEEPINTERVAL":
        return 75; // seconds
      case "TCP_KEEPCOUNT":
        return 9;
      default:
        throw new SocketException("no such option: " + name);
    }
  }
}
