/**
 * grpc-uds in Spring Boot: gRPC servers on {@code spring.grpc.server.address=unix:/path} and
 * channels to {@code unix:} targets, by auto-configuration.
 */
package io.github.grpcuds.spring;
