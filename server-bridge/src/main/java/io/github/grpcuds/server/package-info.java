/** gRPC servers on Unix domain sockets. */
package io.github.grpcuds.server;
