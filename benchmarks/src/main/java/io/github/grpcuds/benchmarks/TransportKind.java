package io.github.grpcuds.benchmarks;

/** The ways to carry calls that can be compared; public for the code that JMH generates. */
public enum TransportKind {
  /** This library on the JDK's channels. */
  UDS_JDK,
  /** This library on the JDK's foreign functions, from Java 22 on. */
  UDS_FFM,
  /** This library on jnr-unixsocket. */
  UDS_JNR,
  /** grpc-netty over a Unix domain socket with native epoll. */
  NETTY_EPOLL_UDS,
  /** grpc-okhttp over TCP loopback. */
  OKHTTP_TCP
}
