package io.github.grpcuds.transport.internal;

import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import java.util.List;

/**
 * What this library needs of the users' types and hides from users. {@link UdsAddress} hands in the
 * one instance when its class is initialized.
 */
public abstract class UserTypes {
  private static volatile UserTypes instance;

  /** Called once, by the users' types. */
  public static void set(UserTypes access) {
    instance = access;
  }

  public static UserTypes get() {
    UserTypes access = instance;
    if (access == null) {
      UdsAddress.ofPath("initializes"); // the class, if nobody had an address yet
      access = instance;
    }
    return access;
  }

  /** What the kernel reports for the end of a connection that was never bound. */
  public abstract UdsAddress unnamed();

  /** What the kernel has, which was checked by nobody. */
  public abstract UdsAddress ofBytes(boolean abstractName, byte[] name);

  /** The path, or the abstract name without its leading NUL; not a copy. */
  public abstract byte[] bytes(UdsAddress address);

  /** Ids whose names are looked up at the first need, as that may take long (NSS, LDAP). */
  public abstract PeerCredentials ofIds(
      Integer pid, Integer uid, Integer gid, List<Integer> supplementaryGids, PeerNames names);

  /** Ids and names as far as they are known; null is unknown. */
  public abstract PeerCredentials ofNames(Integer uid, Integer gid, String user, String group);

  /**
   * Nothing.
   *
   * @param why to show in brackets; null if there is nothing to say
   */
  public abstract PeerCredentials unknown(String why);

  /** As {@link PeerCredentials#toString}, with the names looked up; null if nothing is known. */
  public abstract String withNames(PeerCredentials peer);

  /** Permission bits. */
  public abstract int mode(SocketFileOptions options);

  public abstract FileOwners owners(SocketFileOptions options);

  public abstract boolean deletesOnClose(SocketFileOptions options);

  public abstract boolean createsParents(SocketFileOptions options);

  public abstract boolean allowsUnsafeParents(SocketFileOptions options);
}
