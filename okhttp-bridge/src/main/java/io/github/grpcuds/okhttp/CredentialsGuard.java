package io.github.grpcuds.okhttp;

import com.google.common.collect.MapMaker;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ChoiceChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.CompositeChannelCredentials;
import io.grpc.Grpc;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Keeps the call credentials of one channel, such as tokens, from servers that may be anybody.
 *
 * <p>They are asked for their metadata over TLS, or if a {@code serverPolicy} has said that the
 * server of this very connection is who it should be. Otherwise the call fails, as it does in gRPC
 * core on a transport that is not secure enough (gRFC L62).
 */
final class CredentialsGuard implements ClientInterceptor {
  /**
   * The remote addresses of verified connections: by instance, of which each connection has its
   * own, for an equal one may be that of a connection to somebody else.
   */
  private volatile Set<SocketAddress> verified; // null: none

  /** The server at this instance of an address, which belongs to one connection, is verified. */
  synchronized void verified(SocketAddress remoteAddress) {
    if (verified == null) {
      verified =
          Collections.newSetFromMap(new MapMaker().weakKeys().<SocketAddress, Boolean>makeMap());
    }
    verified.add(remoteAddress);
  }

  private boolean isVerified(SocketAddress remoteAddress) {
    Set<SocketAddress> known = verified;
    return remoteAddress != null && known != null && known.contains(remoteAddress);
  }

  /** The same, with a guard on each of the call credentials in it. */
  ChannelCredentials guard(ChannelCredentials creds) {
    if (creds instanceof CompositeChannelCredentials) {
      CompositeChannelCredentials composite = (CompositeChannelCredentials) creds;
      return CompositeChannelCredentials.create(
          guard(composite.getChannelCredentials()), new Guarded(composite.getCallCredentials()));
    }
    if (creds instanceof ChoiceChannelCredentials) {
      List<ChannelCredentials> guarded = new ArrayList<>();
      for (ChannelCredentials choice : ((ChoiceChannelCredentials) creds).getCredentialsList()) {
        guarded.add(guard(choice));
      }
      return ChoiceChannelCredentials.create(guarded.toArray(new ChannelCredentials[0]));
    }
    return creds;
  }

  @Override
  public <ReqT, RespT> ClientCall<ReqT, RespT> interceptCall(
      MethodDescriptor<ReqT, RespT> method, CallOptions options, Channel next) {
    CallCredentials creds = options.getCredentials();
    return next.newCall(
        method, creds == null ? options : options.withCallCredentials(new Guarded(creds)));
  }

  /** gRPC asks it once for each stream, when the stream's connection is known. */
  private final class Guarded extends CallCredentials {
    private final CallCredentials creds;

    Guarded(CallCredentials creds) {
      this.creds = creds;
    }

    @Override
    public void applyRequestMetadata(
        RequestInfo request, Executor executor, MetadataApplier applier) {
      if (request.getSecurityLevel() == SecurityLevel.PRIVACY_AND_INTEGRITY) {
        creds.applyRequestMetadata(request, executor, applier);
        return;
      }
      Attributes transport = request.getTransportAttrs();
      SocketAddress server = transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
      if (isVerified(server)) {
        creds.applyRequestMetadata(new VerifiedRequest(request), executor, applier);
      } else {
        applier.fail(refusal(server));
      }
    }

    @Override
    public String toString() {
      return creds.toString();
    }
  }

  private static Status refusal(SocketAddress server) {
    return Status.UNAUTHENTICATED.withDescription(
        "call credentials are not sent to "
            + server
            + ", for its server is not verified: call serverPolicy(...) of UdsChannelBuilder, such"
            + " as serverPolicy(PeerPolicy.sameUser()), or use TLS");
  }

  /** As gRPC core has it: the kernel keeps what goes over the socket, and says who reads it. */
  private static final class VerifiedRequest extends CallCredentials.RequestInfo {
    private final CallCredentials.RequestInfo request;

    VerifiedRequest(CallCredentials.RequestInfo request) {
      this.request = request;
    }

    @Override
    public SecurityLevel getSecurityLevel() {
      return SecurityLevel.PRIVACY_AND_INTEGRITY;
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
      return request.getMethodDescriptor();
    }

    @Override
    public CallOptions getCallOptions() {
      return request.getCallOptions();
    }

    @Override
    public String getAuthority() {
      return request.getAuthority();
    }

    @Override
    public Attributes getTransportAttrs() {
      return request.getTransportAttrs();
    }
  }
}
