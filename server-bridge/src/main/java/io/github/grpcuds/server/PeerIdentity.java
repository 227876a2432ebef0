package io.github.grpcuds.server;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.PeerPolicy;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Who makes a call: what the kernel said of the client's process when it connected, in plain text
 * and over TLS alike. The process may have handed its socket on since, or have ended.
 *
 * <p>For handlers: add {@link #interceptor} to the server, and call {@link #current} where gRPC's
 * {@link Context} of the call is. For interceptors: {@link #of}. For rules: {@link #require}.
 */
public final class PeerIdentity {
  /** Of a connection; absent if nothing could be learnt of its peer. */
  static final Attributes.Key<PeerCredentials> ATTRIBUTE =
      Attributes.Key.create("io.github.grpcuds.server.peer");

  private static final Context.Key<PeerCredentials> CURRENT =
      Context.key("io.github.grpcuds.server.peer");

  private PeerIdentity() {}

  /**
   * Who makes the call that the current {@link Context} belongs to.
   *
   * @throws IllegalStateException if that is not known here
   */
  public static PeerCredentials current() {
    PeerCredentials peer = CURRENT.get();
    if (peer == null) {
      throw new IllegalStateException(
          "no peer is known here: add PeerIdentity.interceptor() to a server of UdsServerBuilder,"
              + " and ask in the Context of a call");
    }
    return peer;
  }

  /** Who makes a call; null if it is not known, as when it came over another transport. */
  public static PeerCredentials of(ServerCall<?, ?> call) {
    return of(call.getAttributes());
  }

  /** Who is at the other end of a connection, for transport filters; null if it is not known. */
  public static PeerCredentials of(Attributes transport) {
    return transport.get(ATTRIBUTE);
  }

  /** Makes {@link #current} work in the handlers and interceptors behind it. */
  public static ServerInterceptor interceptor() {
    return new ServerInterceptor() {
      @Override
      public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
          ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        Context context = Context.current().withValue(CURRENT, of(call));
        return Contexts.interceptCall(context, call, headers, next);
      }
    };
  }

  /**
   * Closes calls of peers that a policy refuses with PERMISSION_DENIED and the reason, before the
   * handler sees them. For some services alone; who may connect at all is {@link
   * UdsServerBuilder#peerPolicy}'s to say. Does not need {@link #interceptor}. A call that came
   * over another transport is of an unknown peer.
   */
  public static ServerInterceptor require(PeerPolicy policy) {
    return rule(policy, method -> true);
  }

  /**
   * The same for calls of these methods; those of others pass. Methods are told by their full
   * names, so it may be added to the server as a whole, and has to be where their calls come by.
   *
   * @throws IllegalArgumentException if there are none, as that would let everybody pass
   */
  public static ServerInterceptor require(PeerPolicy policy, MethodDescriptor<?, ?>... methods) {
    Set<String> names = new HashSet<>();
    for (MethodDescriptor<?, ?> method : methods) {
      names.add(method.getFullMethodName());
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "no methods given: require(" + policy + ") alone is for all of them");
    }
    return rule(policy, names::contains);
  }

  private static ServerInterceptor rule(PeerPolicy policy, Predicate<String> methods) {
    Objects.requireNonNull(policy, "policy");
    return new ServerInterceptor() {
      @Override
      public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
          ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        boolean guarded = methods.test(call.getMethodDescriptor().getFullMethodName());
        String refusal = guarded ? policy.refusal(of(call)) : null;
        if (refusal == null) {
          return next.startCall(call, headers);
        }
        call.close(Status.PERMISSION_DENIED.withDescription(refusal), new Metadata());
        return new ServerCall.Listener<ReqT>() {};
      }
    };
  }
}
