/**
 * The server side of HTTP/2 (RFC 9113) with HPACK (RFC 7541), as state machines on bytes: no
 * sockets, no threads, no locks.
 *
 * <p>Internal to grpc-uds: its types may change in any version.
 */
package io.github.grpcuds.http2.internal;
