package io.github.grpcuds.server;

import io.grpc.Channel;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Puts a Unix domain socket in front of something that serves gRPC already: a {@link Channel} to
 * another machine, or a server of this process. Set it as a server's {@linkplain
 * ServerBuilder#fallbackHandlerRegistry fallback registry}:
 *
 * <pre>{@code
 * Server door = UdsServerBuilder.forPath("/run/app.sock")
 *     .fallbackHandlerRegistry(UdsBridge.forwardTo(channel))
 *     .directExecutor()
 *     .build()
 *     .start();
 * }</pre>
 *
 * <p>It is a registry, and not a server, so that all options of the server are those that you know,
 * services of your own can stand beside it, and the server may as well be one on TCP, which
 * forwards to a channel on a Unix domain socket. {@link #forwardTo} never blocks a thread of the
 * server, so {@code directExecutor()} is right for it, if no service or interceptor beside it
 * blocks.
 *
 * <p>Shut the server down first and the channel afterwards: {@link Server#shutdown} refuses new
 * calls and lets those under way end.
 *
 * <p>Immutable: each {@code with} method returns another bridge.
 */
public final class UdsBridge extends HandlerRegistry {
  private final BridgedMethods methods;
  private final CallForwarder forwarder; // the same as methods; null if nothing is forwarded
  private final Set<String> allowed; // services; null: all

  private UdsBridge(BridgedMethods methods, CallForwarder forwarder, Set<String> allowed) {
    this.methods = methods;
    this.forwarder = forwarder;
    this.allowed = allowed;
  }

  /**
   * Forwards calls of any method to a channel, whatever its target: {@code dns:///host:443}, {@code
   * xds:///service}, {@code unix:/path}, in-process. Messages are passed on as bytes.
   *
   * <ul>
   *   <li>Metadata, messages, half-close, status and trailers go through in both directions, and so
   *       do the deadline and a cancellation. A side that does not read stops the other one from
   *       sending: a call holds a message or two each way.
   *   <li>Header fields that belong to one connection are not passed on, such as {@code te}, {@code
   *       user-agent}, {@code host} and what a {@code connection} field names.
   *   <li>A call whose messages are compressed is forwarded with the same encoding, in both
   *       directions. Messages are uncompressed and compressed again on the way.
   *   <li>The server's {@code maxInboundMessageSize} bounds requests, and the channel's bounds
   *       responses: 4 MiB each by default.
   *   <li>The channel's retry policy applies to the forwarded calls, in addition to that of the
   *       caller's own channel.
   *   <li>A method whose name is not of visible ASCII characters is answered with UNIMPLEMENTED.
   * </ul>
   *
   * <p>Interceptors of the channel run in the Context of the call that came in, where {@link
   * PeerIdentity#current} tells who calls. Their listeners must not block.
   *
   * @param channel not owned by the bridge
   */
  public static UdsBridge forwardTo(Channel channel) {
    return forwardingTo(CallForwarder.to(Objects.requireNonNull(channel, "channel")), null);
  }

  private static UdsBridge forwardingTo(CallForwarder forwarder, Set<String> allowed) {
    return new UdsBridge(forwarder, forwarder, allowed);
  }

  /**
   * Serves the services of another server of this process, such as an in-process one or one on TCP.
   * Their handlers run as if they had been added to this server, so no call is forwarded and
   * nothing is lost in speed. {@link PeerIdentity#current} works in them.
   *
   * <p>Services come with the interceptors that they were bound with. What belongs to the other
   * server stays there: the interceptors of {@link ServerBuilder#intercept}, its tracers, executor
   * and limits, and a fallback registry that does not list its services. Those that its fallback
   * registry gets later are found. The other server need not be started, and its shutdown ends no
   * calls that come through the bridge.
   */
  public static UdsBridge servicesOf(Server server) {
    return new UdsBridge(new ServedMethods(Objects.requireNonNull(server, "server")), null, null);
  }

  /**
   * Returns a bridge that serves these services alone. All others are answered with UNIMPLEMENTED,
   * as by a server that does not have them, and the channel never hears of them. Methods whose
   * names have characters that proxies may read in a way of their own ({@code % ? # \}) are as
   * well.
   *
   * @param fullNames such as {@code helloworld.Greeter}
   * @throws IllegalArgumentException if one is not a service's name, or there is none
   */
  public UdsBridge withServices(String... fullNames) {
    Set<String> names = new HashSet<>();
    for (String name : fullNames) {
      if (!MethodNames.isService(name)) {
        throw new IllegalArgumentException("not the full name of a service: \"" + name + '"');
      }
      names.add(name);
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException("no services given: a bridge without any serves nothing");
    }
    return new UdsBridge(methods, forwarder, Collections.unmodifiableSet(names));
  }

  /**
   * Returns a bridge that tells the channel's server this authority in every call. By default that
   * is the channel's own, which follows from its target.
   *
   * <p>Over TLS, a channel may refuse an authority that its server's certificate is not for.
   *
   * @param authority such as {@code app.example:443}
   * @throws IllegalArgumentException if it is not an authority
   * @throws IllegalStateException for {@link #servicesOf}
   */
  public UdsBridge withAuthority(String authority) {
    if (!Authorities.isValid(authority)) {
      throw new IllegalArgumentException("not an authority: \"" + authority + '"');
    }
    return forwardingTo(forwarder("withAuthority").withAuthority(authority), allowed);
  }

  /**
   * Returns a bridge that passes on the authority that the caller has sent. Clients on Unix domain
   * sockets mostly send {@code localhost}; this is for those that choose one, and for callers on
   * TCP. A call with an authority of characters that none may have ends with INVALID_ARGUMENT.
   *
   * @throws IllegalStateException for {@link #servicesOf}
   */
  public UdsBridge withCallersAuthority() {
    return forwardingTo(forwarder("withCallersAuthority").withCallersAuthority(), allowed);
  }

  /**
   * Returns a bridge that tells the channel's server who calls, in a header field such as {@code
   * x-uds-peer: pid=4711 uid=1000 gid=1000}, in this order and without what is not known; without
   * anything the field is left out. The ids are those of this machine, which the other one may know
   * under other names. It has to trust the bridge for them, and nobody else: let it accept the
   * field from the bridge's TLS identity or address alone.
   *
   * <p>A field of this name that the caller sends is removed. {@code x-uds-peer} is removed in any
   * case.
   *
   * @param name of a text header; {@code x-uds-peer} unless you have a reason for another
   * @throws IllegalArgumentException if it is not the name of a text header, or one that HTTP or
   *     gRPC uses
   * @throws IllegalStateException for {@link #servicesOf}, where {@link PeerIdentity#current} tells
   */
  public UdsBridge withIdentityHeader(String name) {
    CallerHeader header = CallerHeader.named(name);
    return forwardingTo(forwarder("withIdentityHeader").withCallerHeader(header), allowed);
  }

  private CallForwarder forwarder(String option) {
    if (forwarder == null) {
      throw new IllegalStateException(
          option + " is for forwardTo: what servicesOf serves is not forwarded");
    }
    return forwarder;
  }

  /** Returns how a method is served, for the server; null if the bridge does not have it. */
  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String methodName, String authority) {
    return MethodNames.isPlain(methodName) && isAllowed(methodName)
        ? methods.find(methodName)
        : null;
  }

  private boolean isAllowed(String methodName) {
    return allowed == null
        || (allowed.contains(MethodDescriptor.extractFullServiceName(methodName))
            && MethodNames.isUnambiguous(methodName));
  }

  /** Returns the services of {@link #servicesOf}; none for {@link #forwardTo}, which has any. */
  @Override
  public List<ServerServiceDefinition> getServices() {
    List<ServerServiceDefinition> services = new ArrayList<>();
    for (ServerServiceDefinition service : methods.services()) {
      if (allowed == null || allowed.contains(service.getServiceDescriptor().getName())) {
        services.add(service);
      }
    }
    return Collections.unmodifiableList(services);
  }
}
