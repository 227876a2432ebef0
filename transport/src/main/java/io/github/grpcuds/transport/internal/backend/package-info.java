/** The choice among the backends, and connecting and listening by way of the chosen one. */
package io.github.grpcuds.transport.internal.backend;
