package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.FileModes;
import io.github.grpcuds.transport.internal.FilePaths;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import io.github.grpcuds.transport.internal.channel.Capability;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.InheritedSocket;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import io.github.grpcuds.transport.internal.file.FileAccess;
import io.github.grpcuds.transport.internal.file.SocketFileState;
import io.github.grpcuds.transport.internal.file.UnixSocketTable;
import io.github.grpcuds.transport.internal.jnr.CloseOnExec;
import io.github.grpcuds.transport.internal.peer.PrincipalIds;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.ConnectException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The JDK's own Unix domain channels (<a href="https://openjdk.org/jeps/380">JEP 380</a>, JDK 16+).
 *
 * <p>Three calls are newer than Java 8 and made by reflection; everything else is NIO of Java 7.
 * Channels are always non-blocking, because a blocking one is closed by Thread.interrupt and cannot
 * write without blocking.
 */
public final class JdkBackend implements Backend {
  public static final String NAME = "jdk";

  /** The JDK keeps one byte of sun_path more for itself than the kernel wants. */
  private static final int MAX_PATH_BYTES = Platform.SUN_PATH_BYTES - 2;

  /** How often a file may come to its place between the error and our look at it. */
  private static final int LOOKS = 3;

  /** Another thread may change the flags of a new socket of its own just as we do. */
  private static final int DESCRIPTOR_TRIES = 5;

  private final ProtocolFamily unix;
  private final Method openChannel;
  private final Method openServerChannel;
  private final Method addressOf;
  private final BacklogFull backlogFull = new BacklogFull(this);
  private final BindKeepsMode bindKeepsMode = new BindKeepsMode(this);

  private JdkBackend() throws ReflectiveOperationException {
    unix = (ProtocolFamily) StandardProtocolFamily.class.getField("UNIX").get(null);
    openChannel = SocketChannel.class.getMethod("open", ProtocolFamily.class);
    openServerChannel = ServerSocketChannel.class.getMethod("open", ProtocolFamily.class);
    addressOf = Class.forName("java.net.UnixDomainSocketAddress").getMethod("of", Path.class);
  }

  /**
   * The backend, if this JDK and operating system have Unix domain channels.
   *
   * @throws UnsupportedOperationException with the reason if not
   * @throws IOException if a later try may succeed
   */
  public static Backend load() throws IOException {
    try {
      JdkBackend backend = new JdkBackend();
      backend.openSocketChannel().close();
      SpareSelector.prepare();
      return backend;
    } catch (ReflectiveOperationException e) {
      throw new UnsupportedOperationException(
          "this Java "
              + System.getProperty("java.version")
              + " has no Unix sockets (16 and later)");
    } catch (IOException e) {
      throw new IOException("cannot open a Unix socket now: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new UnsupportedOperationException("the JDK's Unix sockets do not work here: " + e, e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<Capability> capabilities() {
    if (JdkPeerOption.FOUND == null) {
      return EnumSet.noneOf(Capability.class);
    }
    return PrincipalIds.work()
        ? EnumSet.of(Capability.PEER_IDS, Capability.PEER_NAMES)
        : EnumSet.of(Capability.PEER_NAMES);
  }

  @Override
  public String refusal(UdsAddress address) {
    if (address.isAbstract()) {
      return "the JDK's channels know no abstract names";
    }
    if (UserTypes.get().bytes(address).length > MAX_PATH_BYTES) {
      return "the JDK's channels take paths up to "
          + MAX_PATH_BYTES
          + " bytes, and this one has "
          + UserTypes.get().bytes(address).length;
    }
    return FilePaths.refusal(address);
  }

  @Override
  public UdsChannel connect(UdsAddress address) throws IOException {
    for (int i = 1; ; i++) {
      try {
        return connectOnce(address);
      } catch (UnexplainedException e) {
        if (i == LOOKS) {
          throw e.explanation;
        }
      }
    }
  }

  private UdsChannel connectOnce(UdsAddress address) throws IOException {
    SocketChannel channel = openFor(address);
    boolean connected = false;
    try {
      connected = tryConnect(channel, address);
      if (connected) {
        return new JdkChannel(channel);
      }
      throw ConnectFailure.other(address, "still connecting"); // AF_UNIX connects at once or fails
    } catch (IOException e) {
      return explain(address, e);
    } finally {
      if (!connected) {
        channel.close();
      }
    }
  }

  private SocketChannel openFor(UdsAddress address) throws IOException {
    try {
      return openSocketChannel();
    } catch (IOException e) {
      throw ConnectFailure.other(address, e.getMessage());
    }
  }

  private boolean tryConnect(SocketChannel channel, UdsAddress address) throws IOException {
    channel.configureBlocking(false);
    return channel.connect(socketAddress(address)) || channel.finishConnect();
  }

  /**
   * Turns what the JDK says, an exception's class and the C library's text in the user's language,
   * into our terms by looking at the file.
   *
   * @return null if the backlog was full
   */
  private UdsChannel explain(UdsAddress address, IOException e) throws IOException {
    Path path = FilePaths.of(address);
    SocketFileState state = SocketFileState.of(path);
    switch (state) {
      case MISSING:
        throw ConnectFailure.missing(address);
      case UNREACHABLE:
        throw ConnectFailure.denied(address);
      case SOCKET:
        if (e instanceof ConnectException) {
          throw ConnectFailure.refused(address);
        }
        if (backlogFull.isMeantBy(e)) {
          return null;
        }
        throw lasting(address, path, e);
      default:
        throw ConnectFailure.notSocket(address, state.description());
    }
  }

  /** What no later try would cure. */
  private static IOException lasting(UdsAddress address, Path path, IOException e) {
    if (FileAccess.isDenied(path)) {
      return ConnectFailure.denied(address);
    }
    return UnixSocketTable.hasOtherThanStream(address)
        ? ConnectFailure.notStream(address)
        : new UnexplainedException(ConnectFailure.forbidden(address, e.getMessage()));
  }

  /** Nothing in the file explains the error; but the file may have changed since. */
  private static final class UnexplainedException extends IOException {
    private static final long serialVersionUID = 1;

    final IOException explanation;

    UnexplainedException(IOException explanation) {
      super(explanation);
      this.explanation = explanation;
    }
  }

  @Override
  public UdsListener listen(UdsAddress address, int backlog) throws IOException {
    ServerSocketChannel channel = openServerChannel(address);
    boolean listening = false;
    try {
      UdsListener listener = listen(channel, address, backlog);
      listening = true;
      return listener;
    } finally {
      if (!listening) {
        channel.close();
      }
    }
  }

  /** By way of the descriptor that Linux shows; see {@link JdkDescriptor}. */
  @Override
  public UdsListener listen(UdsAddress address, int backlog, int mode) throws IOException {
    if (!Platform.LINUX || !bindKeepsMode.holds()) {
      return null;
    }
    return listenWithMode(address, backlog, mode);
  }

  UdsListener listenWithMode(UdsAddress address, int backlog, int mode) throws IOException {
    for (int i = 0; i < DESCRIPTOR_TRIES; i++) {
      Map<String, String> before = JdkDescriptor.sockets();
      ServerSocketChannel channel = openServerChannel(address);
      boolean listening = false;
      try {
        JdkDescriptor descriptor = JdkDescriptor.of(channel, before);
        if (descriptor != null) {
          descriptor.setMode(FileModes.of(mode));
          CloseOnExec.set(descriptor.number());
          UdsListener listener = listen(channel, address, backlog);
          listening = true;
          return listener;
        }
      } finally {
        if (!listening) {
          channel.close();
        }
      }
    }
    return null;
  }

  /** The listener has all it needs before the socket is bound: then there is no shortage. */
  private UdsListener listen(ServerSocketChannel channel, UdsAddress address, int backlog)
      throws IOException {
    JdkListener listener = new JdkListener(channel);
    boolean listening = false;
    try {
      channel.bind(socketAddress(address), backlog);
      listening = true;
      return listener;
    } catch (IOException e) {
      throw BindFailure.other(address, e.getMessage());
    } finally {
      if (!listening) {
        listener.close();
      }
    }
  }

  @Override
  public long pid() throws IOException {
    try {
      Class<?> processes = Class.forName("java.lang.ProcessHandle"); // Java 9
      Object current = processes.getMethod("current").invoke(null);
      return (Long) processes.getMethod("pid").invoke(current);
    } catch (ReflectiveOperationException e) {
      throw new IOException("cannot learn the id of this process: " + e, e);
    }
  }

  @Override
  public String inheritRefusal(int fd) throws IOException {
    return JdkInherited.refusal(fd);
  }

  @Override
  public InheritedSocket inherit(int fd, String shown) throws IOException {
    return JdkInherited.open(shown);
  }

  @Override
  public String datagramRefusal() {
    return "the JDK has no Unix datagram sockets";
  }

  @Override
  public void sendDatagram(UdsAddress address, byte[] datagram) {
    throw new UnsupportedOperationException(datagramRefusal());
  }

  private ServerSocketChannel openServerChannel(UdsAddress address) throws IOException {
    try {
      return openServerChannel();
    } catch (IOException e) {
      throw BindFailure.other(address, e.getMessage());
    }
  }

  ServerSocketChannel openServerChannel() throws IOException {
    return (ServerSocketChannel) call(openServerChannel, null, unix);
  }

  SocketChannel openSocketChannel() throws IOException {
    return (SocketChannel) call(openChannel, null, unix);
  }

  SocketAddress socketAddress(UdsAddress address) throws IOException {
    return (SocketAddress) call(addressOf, null, FilePaths.of(address));
  }

  private static Object call(Method method, Object target, Object argument) throws IOException {
    try {
      return method.invoke(target, argument);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IOException) {
        throw (IOException) e.getCause();
      }
      throw new UnsupportedOperationException(e.getCause().toString(), e.getCause());
    } catch (IllegalAccessException e) {
      throw new UnsupportedOperationException(method + " is not accessible", e);
    }
  }
}
