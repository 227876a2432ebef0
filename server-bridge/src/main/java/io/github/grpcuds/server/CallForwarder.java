package io.github.grpcuds.server;

import com.google.common.util.concurrent.MoreExecutors;
import io.github.grpcuds.transport.PeerCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.internal.GrpcUtil;
import io.grpc.internal.SharedResourcePool;
import java.util.Collections;
import java.util.List;

/** Makes each call of any method a call of a channel. Immutable. */
final class CallForwarder implements BridgedMethods {
  /**
   * For calls of our own server. Events of the onward call do not block, and this server takes what
   * they bring without holding a lock that its own events wait for: they need no other thread.
   */
  private static final CallOptions OPTIONS =
      CallOptions.DEFAULT.withExecutor(MoreExecutors.directExecutor());

  /**
   * For calls of other servers. grpc-okhttp runs the events of a direct executor under the lock of
   * the connection, on either side: two connections that are joined that way wait for each other.
   */
  private static final class OtherServers {
    /** Held for good, as a daemon: its threads end when there is nothing to do. */
    static final CallOptions OPTIONS =
        CallOptions.DEFAULT.withExecutor(
            SharedResourcePool.forResource(GrpcUtil.SHARED_CHANNEL_EXECUTOR).getObject());
  }

  /** Which authority the channel's server is told. */
  enum Authority {
    /** The channel's own. */
    CHANNEL,
    /** One for all calls. */
    FIXED,
    /** The one that the caller has sent. */
    CALLER
  }

  private final Channel channel;
  private final Authority authority;
  private final String fixedAuthority; // null unless FIXED
  private final CallerHeader callerHeader; // null: not sent

  private CallForwarder(
      Channel channel, Authority authority, String fixedAuthority, CallerHeader callerHeader) {
    this.channel = channel;
    this.authority = authority;
    this.fixedAuthority = fixedAuthority;
    this.callerHeader = callerHeader;
  }

  static CallForwarder to(Channel channel) {
    return new CallForwarder(channel, Authority.CHANNEL, null, null);
  }

  CallForwarder withAuthority(String name) {
    return new CallForwarder(channel, Authority.FIXED, name, callerHeader);
  }

  CallForwarder withCallersAuthority() {
    return new CallForwarder(channel, Authority.CALLER, null, callerHeader);
  }

  CallForwarder withCallerHeader(CallerHeader header) {
    return new CallForwarder(channel, authority, fixedAuthority, header);
  }

  /** How calls of a method are served. Not kept: callers may make up as many names as they like. */
  @Override
  public ServerMethodDefinition<byte[], byte[]> find(String fullName) {
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.newBuilder(MessageBytes.MARSHALLER, MessageBytes.MARSHALLER)
            .setType(MethodType.UNKNOWN)
            .setFullMethodName(fullName)
            .build();
    return ServerMethodDefinition.create(method, this::forward);
  }

  @Override
  public List<ServerServiceDefinition> services() {
    return Collections.emptyList();
  }

  private ServerCall.Listener<byte[]> forward(ServerCall<byte[], byte[]> call, Metadata headers) {
    String name = authorityFor(call);
    if (name != null && !Authorities.isValid(name)) {
      return refuse(call, "the authority cannot be passed on: " + LogText.escape(name));
    }
    CallOptions options = Compression.apply(headers, isOurs(call) ? OPTIONS : OtherServers.OPTIONS);
    if (name != null) {
      options = options.withAuthority(name);
    }
    PeerCredentials caller = PeerIdentity.of(call);
    HopByHop.removeFrom(headers);
    CallerHeader.DEFAULT.removeFrom(headers);
    if (callerHeader != null) {
      callerHeader.removeFrom(headers);
      callerHeader.addTo(headers, caller);
    }
    // In the call's Context: its deadline and its cancellation are the onward call's as well.
    Context context = PeerIdentity.contextOf(call);
    Context before = context.attach();
    try {
      ClientCall<byte[], byte[]> onward = channel.newCall(call.getMethodDescriptor(), options);
      return new ForwardedCall(call, onward).start(headers);
    } finally {
      context.detach(before);
    }
  }

  private static boolean isOurs(ServerCall<?, ?> call) {
    return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof UdsPeer;
  }

  private String authorityFor(ServerCall<?, ?> call) {
    return authority == Authority.CALLER ? call.getAuthority() : fixedAuthority;
  }

  private static ServerCall.Listener<byte[]> refuse(ServerCall<byte[], byte[]> call, String why) {
    call.close(Status.INVALID_ARGUMENT.withDescription(why), new Metadata());
    return new ServerCall.Listener<byte[]>() {};
  }
}
