/**
 * Unix domain sockets as {@link java.net.Socket} and {@link java.net.ServerSocket}, on the JDK's
 * own channels (JDK 16+) and foreign functions (JDK 22+), or on jnr-unixsocket (JDK 8+). This
 * package knows nothing of gRPC.
 */
package io.github.grpcuds.transport;
