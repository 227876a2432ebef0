/** A Spring Boot application that serves gRPC on a Unix domain socket. */
package io.github.grpcuds.examples.spring;
