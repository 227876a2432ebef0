/** JMH benchmarks: both ends in one JVM, so that transports can be compared, not measured. */
package io.github.grpcuds.benchmarks;
