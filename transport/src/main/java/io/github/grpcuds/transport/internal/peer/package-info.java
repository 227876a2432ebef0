/** Users and groups as the system knows them. */
package io.github.grpcuds.transport.internal.peer;
