package io.github.grpcuds.transport.internal;

/** How to find a name for an id. Null if it has none. */
public interface PeerNames {
  String user(int uid);

  String group(int gid);
}
