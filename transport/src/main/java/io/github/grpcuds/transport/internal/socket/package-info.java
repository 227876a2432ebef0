/** {@link java.net.Socket} and {@link java.net.ServerSocket} on a channel. */
package io.github.grpcuds.transport.internal.socket;
