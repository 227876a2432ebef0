/** The backend on the C library, called by what jnr-unixsocket brings. */
package io.github.grpcuds.transport.internal.jnr;
