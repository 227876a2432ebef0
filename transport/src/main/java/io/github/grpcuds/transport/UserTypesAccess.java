package io.github.grpcuds.transport;

import io.github.grpcuds.transport.internal.FileOwners;
import io.github.grpcuds.transport.internal.PeerNames;
import io.github.grpcuds.transport.internal.UserTypes;
import java.util.List;

/** Opens the users' types to the rest of the library, not to users. */
final class UserTypesAccess extends UserTypes {
  @Override
  public UdsAddress unnamed() {
    return UdsAddress.UNNAMED;
  }

  @Override
  public UdsAddress ofBytes(boolean abstractName, byte[] name) {
    return UdsAddress.ofBytes(abstractName, name);
  }

  @Override
  public byte[] bytes(UdsAddress address) {
    return address.bytes();
  }

  @Override
  public PeerCredentials ofIds(
      Integer pid, Integer uid, Integer gid, List<Integer> supplementaryGids, PeerNames names) {
    return PeerCredentials.ofIds(pid, uid, gid, supplementaryGids, names);
  }

  @Override
  public PeerCredentials ofNames(Integer uid, Integer gid, String user, String group) {
    return PeerCredentials.ofNames(uid, gid, user, group);
  }

  @Override
  public PeerCredentials unknown(String why) {
    return PeerCredentials.unknown(why);
  }

  @Override
  public String withNames(PeerCredentials peer) {
    return peer.isUnknown() ? null : peer.withNames();
  }

  @Override
  public int mode(SocketFileOptions options) {
    return options.mode();
  }

  @Override
  public FileOwners owners(SocketFileOptions options) {
    return options.owners();
  }

  @Override
  public boolean deletesOnClose(SocketFileOptions options) {
    return options.deleteOnClose();
  }

  @Override
  public boolean createsParents(SocketFileOptions options) {
    return options.createsParents();
  }

  @Override
  public boolean allowsUnsafeParents(SocketFileOptions options) {
    return options.allowsUnsafeParents();
  }
}
