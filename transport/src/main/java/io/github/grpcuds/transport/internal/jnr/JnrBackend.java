package io.github.grpcuds.transport.internal.jnr;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.posix.Libc;
import io.github.grpcuds.transport.internal.posix.OpenSocket;
import io.github.grpcuds.transport.internal.posix.PosixBackend;
import java.io.IOException;
import java.net.SocketException;
import jnr.unixsocket.UnixServerSocketChannel;

/**
 * Sockets of <a href="https://github.com/jnr/jnr-unixsocket">jnr-unixsocket</a> (JDK 8+, not on
 * Windows).
 *
 * <p>Its channels open and own the descriptors that servers listen on. All else goes straight to
 * the C library, by the library that it stands on, because the channels count a path's characters
 * instead of its bytes, ignore time-outs, report errors as text and use a descriptor after its
 * close (jnr-unixsocket #81, #52, #21), and because a client would wait 0.2 s for what jnr-ffi
 * generates.
 */
public final class JnrBackend extends PosixBackend {
  public static final String NAME = "jnr";

  private final Libc libc;

  private JnrBackend(Libc libc) {
    super(libc);
    this.libc = libc;
  }

  /**
   * The backend, if jnr-unixsocket is on the class path and its native library loads.
   *
   * @throws UnsupportedOperationException with the reason if not
   * @throws IOException if a later try may succeed
   */
  public static Backend load() throws IOException {
    if (Platform.WINDOWS) {
      throw new UnsupportedOperationException("jnr-unixsocket has no Unix sockets on Windows");
    }
    try {
      requireWhole();
      Libc libc = JnrLibrary.load();
      checkWorks(libc);
      return new JnrBackend(libc);
    } catch (NoClassDefFoundError e) {
      throw new UnsupportedOperationException(
          "jnr-unixsocket is not on the class path (add com.github.jnr:jnr-unixsocket): " + e, e);
    } catch (UnsupportedOperationException e) {
      throw e;
    } catch (LinkageError | RuntimeException e) {
      throw new UnsupportedOperationException(
          "jnr-unixsocket's native library does not load on "
              + System.getProperty("os.name")
              + " "
              + System.getProperty("os.arch")
              + " (Java 16 and later work without it): "
              + e,
          e);
    }
  }

  /** What it stands on may be there for the sake of others; servers need all of it. */
  private static Class<?> requireWhole() {
    return UnixServerSocketChannel.class;
  }

  @Override
  protected OpenSocket open(UdsAddress address) throws IOException {
    UnixServerSocketChannel channel = openChannel();
    boolean prepared = false;
    try {
      libc.prepare(channel.getFD());
      prepared = true;
      return new OpenSocket(channel.getFD(), channel);
    } finally {
      if (!prepared) {
        channel.close();
      }
    }
  }

  private static UnixServerSocketChannel openChannel() throws IOException {
    try {
      return UnixServerSocketChannel.open();
    } catch (LinkageError e) { // of jnr-ffi, say, which clients do without
      throw (IOException) new SocketException("jnr-unixsocket does not work: " + e).initCause(e);
    }
  }
}
