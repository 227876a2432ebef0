/**
 * What a backend implements and everything else uses: connections, listeners, pollers, and the
 * exceptions in which they fail.
 */
package io.github.grpcuds.transport.internal.channel;
