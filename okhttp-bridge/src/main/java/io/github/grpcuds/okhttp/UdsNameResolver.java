package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Resolves a {@code unix:} target: to the sockets it names, at once and for ever. */
final class UdsNameResolver extends NameResolver {
  /**
   * What goes into {@code :authority}. Never the path: other HTTP/2 stacks answer an authority with
   * a slash with PROTOCOL_ERROR or 400 (grpc-java #12664, grpc #34305).
   */
  private static final String AUTHORITY = "localhost";

  /** What transports are to be given of an address. */
  interface AddressForm {
    SocketAddress of(UdsAddress address);
  }

  private final List<EquivalentAddressGroup> servers = new ArrayList<>();

  UdsNameResolver(UdsTarget target, AddressForm form) {
    for (UdsAddress address : target.addresses()) {
      servers.add(new EquivalentAddressGroup(form.of(address)));
    }
  }

  @Override
  public String getServiceAuthority() {
    return AUTHORITY;
  }

  /** Not with {@code Listener2}, whose methods came and went between gRPC's versions. */
  @Override
  public void start(Listener listener) {
    listener.onAddresses(servers, Attributes.EMPTY);
  }

  @Override
  public void shutdown() {}
}
