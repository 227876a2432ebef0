/**
 * gRPC channels over Unix domain sockets: grpc-okhttp on the sockets of {@code grpc-uds-transport}.
 *
 * <p>What a first call runs has no lambdas: the JVM makes each of them in half a millisecond.
 */
package io.github.grpcuds.okhttp;
