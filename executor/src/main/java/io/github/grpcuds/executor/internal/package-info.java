/**
 * Runs calls: few threads for those that compute, one more for each that blocks. Internal to grpc-
 * uds: may change in any version.
 */
package io.github.grpcuds.executor.internal;
