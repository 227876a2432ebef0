package io.github.grpcuds.server;

/** Gives a number that changes, such as the time. */
interface LongSource {
  long get();
}
