/**
 * gRPC channels over Unix domain sockets: grpc-okhttp on the sockets of {@code grpc-uds-transport}.
 */
package io.github.grpcuds.okhttp;
