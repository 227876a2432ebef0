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

/**
 * Tells who makes a call: what the kernel said of the client's process when it connected, in plain
 * text and over TLS alike. Since then the process may have passed its socket on, or ended.
 *
 * <p>In handlers, add {@link #interceptor} to the server and call {@link #current} within the
 * call's {@link Context}. In interceptors, use {@link #of}. For rules, use {@link #require}.
 */
public final class PeerIdentity {
  /** Of a connection; absent if nothing could be learnt of its peer. */
  static final Attributes.Key<PeerCredentials> ATTRIBUTE =
      Attributes.Key.create("io.github.grpcuds.server.peer");

  private static final Context.Key<PeerCredentials> CURRENT =
      Context.key("io.github.grpcuds.server.peer");

  private PeerIdentity() {}

  /**
   * Returns who makes the call that the current {@link Context} belongs to.
   *
   * @throws IllegalStateException if the caller is not known here
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

  /**
   * Returns who makes a call, or null if that is not known, for example because the call came over
   * another transport.
   */
  public static PeerCredentials of(ServerCall<?, ?> call) {
    return of(call.getAttributes());
  }

  /**
   * Returns who is at the other end of a connection, for transport filters, or null if that is not
   * known.
   */
  public static PeerCredentials of(Attributes transport) {
    return transport.get(ATTRIBUTE);
  }

  /**
   * Returns an interceptor that makes {@link #current} work in the handlers and interceptors behind
   * it.
   */
  public static ServerInterceptor interceptor() {
    return new ServerInterceptor() {
      @Override
      public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
          ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        return Contexts.interceptCall(contextOf(call), call, headers, next);
      }
    };
  }

  /** The current Context, in which {@link #current} tells who makes a call. */
  static Context contextOf(ServerCall<?, ?> call) {
    return Context.current().withValue(CURRENT, of(call));
  }

  /**
   * Returns an interceptor that closes the calls of peers whom a policy refuses, with
   * PERMISSION_DENIED and the reason, before the handler sees them. Use it for single services;
   * {@link UdsServerBuilder#peerPolicy} decides who may connect at all. It does not need {@link
   * #interceptor}. The peer of a call that came over another transport is unknown.
   */
  public static ServerInterceptor require(PeerPolicy policy) {
    return rule(policy, null);
  }

  /**
   * The same as {@link #require(PeerPolicy)}, for calls of these methods only; calls of other
   * methods pass. Methods are recognized by their full names, so you can add the interceptor to a
   * single service or to the whole server.
   *
   * @throws IllegalArgumentException if no methods are given, as that would let everybody pass
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
    return rule(policy, names);
  }

  /** For the methods of these names; null for all. */
  private static ServerInterceptor rule(PeerPolicy policy, Set<String> names) {
    Objects.requireNonNull(policy, "policy");
    return new ServerInterceptor() {
      @Override
      public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
          ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
        boolean guarded =
            names == null || names.contains(call.getMethodDescriptor().getFullMethodName());
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
