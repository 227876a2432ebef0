/**
 * gRPC channels over Unix domain sockets: grpc-okhttp on the sockets of {@code grpc-uds-transport}.
 *
 * <p>Code on the way of a channel's first call has no lambdas, because the JVM takes half a
 * millisecond to make each of them.
 */
package io.github.grpcuds.okhttp;
