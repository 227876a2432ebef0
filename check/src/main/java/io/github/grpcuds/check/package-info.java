/**
 * A program that tells what works on this machine, and what the server of a socket speaks: for
 * whoever sets up grpc-uds, and to be pasted into reports of faults.
 */
package io.github.grpcuds.check;
