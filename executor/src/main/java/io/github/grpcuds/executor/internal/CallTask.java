package io.github.grpcuds.executor.internal;

/**
 * A task of a certain kind, of which a {@link CallExecutor} learns whether it blocks.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public interface CallTask extends Runnable {
  /** Such as the name of a method: those that peers make up share few profiles. Null: no kind. */
  String kind();
}
