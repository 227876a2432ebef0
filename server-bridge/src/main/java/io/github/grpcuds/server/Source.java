package io.github.grpcuds.server;

/** Gives what is there when it is asked; java.util.function comes with API level 24 of Android. */
interface Source<T> {
  T get();
}
