package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.UserTypes;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.Capability;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.InheritedSocket;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import io.github.grpcuds.transport.internal.file.FilePaths;
import io.github.grpcuds.transport.internal.file.SocketFileState;
import io.github.grpcuds.transport.internal.peer.PrincipalIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.ConnectException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.Path;
import java.util.EnumSet;
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

  private final ProtocolFamily unix;
  private final Method openChannel;
  private final Method openServerChannel;
  private final Method addressOf;

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
   * @throws UncheckedIOException if a later try may succeed
   */
  public static Backend load() {
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
      throw new UncheckedIOException("cannot open a Unix socket now: " + e.getMessage(), e);
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
    SocketChannel channel = openSocketChannel();
    boolean connected = false;
    try {
      channel.configureBlocking(false);
      connected = channel.connect(socketAddress(address)) || channel.finishConnect();
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

  /**
   * Turns what the JDK says, which is the C library's text in the user's language, into our terms
   * by looking at the file.
   *
   * @return null if the backlog was full: EAGAIN is what remains for a socket we may write to
   */
  private static UdsChannel explain(UdsAddress address, IOException e) throws IOException {
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
        refuseIfLasting(address, path, String.valueOf(e.getMessage()));
        return null;
      default:
        throw ConnectFailure.notSocket(address, state.description());
    }
  }

  /**
   * Throws for what no later try would cure. An error whose text is in another language than
   * English passes for a full backlog; it is tried again until the connect times out.
   */
  private static void refuseIfLasting(UdsAddress address, Path path, String message)
      throws IOException {
    if (isDenied(path) || message.contains("ermission denied")) {
      throw ConnectFailure.denied(address);
    }
    if (message.contains("rotocol wrong type")) {
      throw ConnectFailure.notStream(address);
    }
    if (message.contains("memory") || message.contains("buffer space")) {
      throw ConnectFailure.other(address, message);
    }
  }

  /** False for a file that is gone by now, which Files.isWritable does not tell apart. */
  private static boolean isDenied(Path path) {
    try {
      path.getFileSystem().provider().checkAccess(path, AccessMode.WRITE);
      return false;
    } catch (AccessDeniedException e) {
      return !Platform.WINDOWS;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public UdsListener listen(UdsAddress address, int backlog) throws IOException {
    ServerSocketChannel channel = (ServerSocketChannel) call(openServerChannel, null, unix);
    boolean listening = false;
    try {
      channel.bind(socketAddress(address), backlog);
      UdsListener listener = new JdkListener(channel);
      listening = true;
      return listener;
    } finally {
      if (!listening) {
        channel.close();
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

  private SocketChannel openSocketChannel() throws IOException {
    return (SocketChannel) call(openChannel, null, unix);
  }

  private SocketAddress socketAddress(UdsAddress address) throws IOException {
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
