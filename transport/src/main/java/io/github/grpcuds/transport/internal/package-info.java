/**
 * What all rooms of this module stand on. Internal to grpc-uds, as all packages below: may change
 * in any version.
 */
package io.github.grpcuds.transport.internal;
