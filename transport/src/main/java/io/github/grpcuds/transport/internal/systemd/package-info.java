/** Sockets that the process was started with, and what the service manager is told. */
package io.github.grpcuds.transport.internal.systemd;
