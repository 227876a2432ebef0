/** The backend on the C library, called by the JDK's own foreign functions (Java 22 and newer). */
package io.github.grpcuds.transport.internal.ffm;
