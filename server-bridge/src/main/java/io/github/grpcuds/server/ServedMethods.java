package io.github.grpcuds.server;

import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The methods of another server of this process, served without a call in between. */
final class ServedMethods implements BridgedMethods {
  private final Server server;
  private final Map<String, ServerMethodDefinition<?, ?>> immutable = new HashMap<>();

  ServedMethods(Server server) {
    this.server = server;
    for (ServerServiceDefinition service : server.getImmutableServices()) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        immutable.put(method.getMethodDescriptor().getFullMethodName(), identified(method));
      }
    }
  }

  @Override
  public ServerMethodDefinition<?, ?> find(String fullName) {
    ServerMethodDefinition<?, ?> method = immutable.get(fullName);
    return method != null ? method : findAdded(fullName);
  }

  /** In what the server's fallback registry has at present. */
  private ServerMethodDefinition<?, ?> findAdded(String fullName) {
    String name = MethodDescriptor.extractFullServiceName(fullName);
    for (ServerServiceDefinition service : server.getMutableServices()) {
      if (service.getServiceDescriptor().getName().equals(name)) {
        ServerMethodDefinition<?, ?> method = service.getMethod(fullName);
        return method == null ? null : identified(method);
      }
    }
    return null;
  }

  @Override
  public List<ServerServiceDefinition> services() {
    return server.getServices();
  }

  /** Lets its handler ask who calls. */
  private static <ReqT, RespT> ServerMethodDefinition<ReqT, RespT> identified(
      ServerMethodDefinition<ReqT, RespT> method) {
    ServerCallHandler<ReqT, RespT> handler = method.getServerCallHandler();
    return method.withServerCallHandler(
        (call, headers) -> PeerIdentity.interceptor().interceptCall(call, headers, handler));
  }
}
