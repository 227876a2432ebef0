/** The program {@code uds-bridge}. Programs of yours use {@code UdsBridge} of grpc-uds-server. */
package io.github.grpcuds.bridge;
