package io.github.grpcuds.spring;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What a gRPC server on a Unix domain socket has beyond Boot's own properties. Where it listens is
 * {@code spring.grpc.server.address}.
 */
@ConfigurationProperties("grpcuds.server")
public class UdsServerProperties {
  private final Socket socket = new Socket();
  private final Peer peer = new Peer();
  private final Systemd systemd = new Systemd();

  /** Returns how the socket file is made. */
  public Socket getSocket() {
    return socket;
  }

  /** Returns who may connect. */
  public Peer getPeer() {
    return peer;
  }

  /** Returns what the server has to do with systemd. */
  public Systemd getSystemd() {
    return systemd;
  }

  /** The socket file. */
  public static class Socket {
    /** Mode of the socket file, in octal or as ls shows it. In YAML it needs quotes. */
    private SocketFileMode mode = SocketFileMode.of("0600");

    /** Group that the socket file is given to, by name or number. */
    private String group;

    /** User that the socket file is given to, by name or number. Needs root. */
    private String owner;

    /** Whether to create the folders on the way to the socket file, with mode 0700. */
    private boolean createParents;

    /** Whether to accept folders in which other users could replace the socket file. */
    private boolean allowUnsafeParents;

    /** Whether to delete the socket file when the server stops. */
    private boolean deleteOnClose = true;

    /** Returns the mode. */
    public SocketFileMode getMode() {
      return mode;
    }

    /** Sets the mode. */
    public void setMode(SocketFileMode mode) {
      this.mode = mode;
    }

    /** Returns the group; null for the one that a new file gets. */
    public String getGroup() {
      return group;
    }

    /** Sets the group. */
    public void setGroup(String group) {
      this.group = group;
    }

    /** Returns the owner; null for the server's user. */
    public String getOwner() {
      return owner;
    }

    /** Sets the owner. */
    public void setOwner(String owner) {
      this.owner = owner;
    }

    /** Returns whether missing folders are created. */
    public boolean isCreateParents() {
      return createParents;
    }

    /** Sets whether missing folders are created. */
    public void setCreateParents(boolean createParents) {
      this.createParents = createParents;
    }

    /** Returns whether unsafe folders are accepted. */
    public boolean isAllowUnsafeParents() {
      return allowUnsafeParents;
    }

    /** Sets whether unsafe folders are accepted. */
    public void setAllowUnsafeParents(boolean allowUnsafeParents) {
      this.allowUnsafeParents = allowUnsafeParents;
    }

    /** Returns whether the file is deleted. */
    public boolean isDeleteOnClose() {
      return deleteOnClose;
    }

    /** Sets whether the file is deleted. */
    public void setDeleteOnClose(boolean deleteOnClose) {
      this.deleteOnClose = deleteOnClose;
    }
  }

  /** Who may connect: whoever one of these allows, or, if none is set, whoever the mode lets in. */
  public static class Peer {
    /** Whether processes of the server's own user may connect. */
    private boolean sameUser;

    /** User ids that may connect. */
    private List<Long> uids;

    /** Group ids that may connect, effective or supplementary. */
    private List<Long> gids;

    /** Names of users that may connect. */
    private List<String> users;

    /** Names of groups that may connect, effective or supplementary. */
    private List<String> groups;

    /** Returns whether the same user may connect. */
    public boolean isSameUser() {
      return sameUser;
    }

    /** Sets whether the same user may connect. */
    public void setSameUser(boolean sameUser) {
      this.sameUser = sameUser;
    }

    /** Returns the user ids; null if none were set. */
    public List<Long> getUids() {
      return uids;
    }

    /** Sets the user ids. */
    public void setUids(List<Long> uids) {
      this.uids = uids;
    }

    /** Returns the group ids; null if none were set. */
    public List<Long> getGids() {
      return gids;
    }

    /** Sets the group ids. */
    public void setGids(List<Long> gids) {
      this.gids = gids;
    }

    /** Returns the names of users; null if none were set. */
    public List<String> getUsers() {
      return users;
    }

    /** Sets the names of users. */
    public void setUsers(List<String> users) {
      this.users = users;
    }

    /** Returns the names of groups; null if none were set. */
    public List<String> getGroups() {
      return groups;
    }

    /** Sets the names of groups. */
    public void setGroups(List<String> groups) {
      this.groups = groups;
    }
  }

  /** systemd. */
  public static class Systemd {
    /**
     * Whether to serve the socket that systemd passes to the process, or that is its standard
     * input, in place of an address.
     */
    private boolean inherit;

    /** FileDescriptorName of the socket to inherit, if systemd passes several. */
    private String name;

    /** Whether to tell systemd when the server is ready and when it stops, for Type=notify. */
    private boolean notify;

    /** Returns whether the socket is inherited. */
    public boolean isInherit() {
      return inherit;
    }

    /** Sets whether the socket is inherited. */
    public void setInherit(boolean inherit) {
      this.inherit = inherit;
    }

    /** Returns the name of the socket; null for the only one. */
    public String getName() {
      return name;
    }

    /** Sets the name of the socket. */
    public void setName(String name) {
      this.name = name;
    }

    /** Returns whether systemd is told. */
    public boolean isNotify() {
      return notify;
    }

    /** Sets whether systemd is told. */
    public void setNotify(boolean notify) {
      this.notify = notify;
    }
  }
}
