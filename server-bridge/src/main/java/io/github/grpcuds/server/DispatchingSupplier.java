package io.github.grpcuds.server;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.Objects;
import java.util.concurrent.Executor;

/** A user's choice of executors, each behind a {@link CallDispatcher}. */
final class DispatchingSupplier implements ServerCallExecutorSupplier {
  private final ServerCallExecutorSupplier supplier;

  DispatchingSupplier(ServerCallExecutorSupplier supplier) {
    this.supplier = Objects.requireNonNull(supplier, "supplier");
  }

  @Override
  public <ReqT, RespT> Executor getExecutor(ServerCall<ReqT, RespT> call, Metadata metadata) {
    Executor executor = supplier.getExecutor(call, metadata);
    return executor == null ? null : new CallDispatcher(executor);
  }
}
