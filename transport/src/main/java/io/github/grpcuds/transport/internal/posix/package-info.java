/** Sockets on the C library's own calls, whatever way those are made: what backends share. */
package io.github.grpcuds.transport.internal.posix;
