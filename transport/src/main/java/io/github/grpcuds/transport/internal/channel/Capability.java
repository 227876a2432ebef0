package io.github.grpcuds.transport.internal.channel;

/** What not every backend can do. */
public enum Capability {
  /** Addresses in Linux' abstract namespace. */
  ABSTRACT_NAMES,
  /** The process id of the other end. */
  PEER_PID,
  /** User and group of the other end as numbers. */
  PEER_IDS,
  /** User and group of the other end by name. */
  PEER_NAMES,
  /** The supplementary groups of the other end, where the kernel tells them. */
  PEER_GROUPS
}
