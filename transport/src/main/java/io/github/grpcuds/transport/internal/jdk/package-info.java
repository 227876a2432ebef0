/** The backend on the channels of the JDK, 16 or newer. */
package io.github.grpcuds.transport.internal.jdk;
