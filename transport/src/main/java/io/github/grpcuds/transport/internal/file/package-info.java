/** The socket file: who may have its path, how it comes there, and when it is deleted. */
package io.github.grpcuds.transport.internal.file;
