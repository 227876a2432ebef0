package io.github.grpcuds.server;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.List;

/** Where a bridge's methods come from. */
interface BridgedMethods {
  /** How a method is served; null if there is none of this name. */
  ServerMethodDefinition<?, ?> find(String fullName);

  /** Those that are known beforehand. */
  List<ServerServiceDefinition> services();
}
