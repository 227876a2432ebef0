package io.github.grpcuds.transport.internal.channel;

import io.github.grpcuds.transport.UdsAddress;

/**
 * A listening socket that the process was started with, and where it is.
 *
 * <p>Its file belongs to who made it, systemd say: closing the listener ends our use of the socket
 * and nothing else. It is never shut down, for that would end it for its owner too.
 *
 * <p>Internal to grpc-uds: may change in any version.
 */
public final class InheritedSocket {
  /** Standard input, where inetd and systemd's {@code StandardInput=socket} put a socket. */
  public static final int STDIN = 0;

  private final UdsListener listener;
  private final UdsAddress address;

  public InheritedSocket(UdsListener listener, UdsAddress address) {
    this.listener = listener;
    this.address = address;
  }

  public UdsListener listener() {
    return listener;
  }

  /** What clients connect to, as getsockname(2) has it. */
  public UdsAddress address() {
    return address;
  }
}
