/**
 * Unix domain sockets as {@link java.net.Socket} and {@link java.net.ServerSocket}, on the JDK's
 * own channels (JDK 16+) or on jnr-unixsocket (JDK 8+). Nothing in here knows gRPC.
 *
 * <p>Channels, listeners and pollers are public for the other modules of grpc-uds alone.
 */
package io.github.grpcuds.transport;
