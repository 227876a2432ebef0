package io.github.grpcuds.transport.internal.jnr;

import com.kenai.jffi.Invoker;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.NativeAccess;
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
  /** In two: what relocates the package jnr into a jar of everything changes such texts as well. */
  public static final String NAME = "j".concat("nr");

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
      requireOwnNames();
      Libc libc = JnrLibrary.load();
      checkWorks(libc);
      return new JnrBackend(libc);
    } catch (NoClassDefFoundError e) {
      throw new UnsupportedOperationException(
          "jnr-unixsocket is not on the class path (add com.github.jnr:jnr-unixsocket): " + e, e);
    } catch (UnsupportedOperationException e) {
      throw e;
    } catch (LinkageError | RuntimeException e) {
      throw new UnsupportedOperationException(whyNotLoaded(e.toString()), e);
    }
  }

  /** jffi makes a text of what failed, and puts a stack trace into it. */
  private static String whyNotLoaded(String failure) {
    if (failure.contains("IllegalCallerException")) {
      return NativeAccess.refusal(Invoker.class);
    }
    return "jnr-unixsocket's native library does not load on "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.arch")
        + " (Java 16 and later work without it; -Djffi.boot.library.path=FOLDER names a folder that has"
        + " it): "
        + failure.split("\\R", 2)[0];
  }

  /** What it stands on may be there for the sake of others; servers need all of it. */
  private static Class<?> requireWhole() {
    return UnixServerSocketChannel.class;
  }

  /**
   * jffi's native library has the names of jffi's classes in it, and does not find them where a jar
   * of everything has moved them.
   */
  private static void requireOwnNames() {
    String name = Invoker.class.getName();
    // In two, for what moves classes changes such texts as well.
    String ownPackage = "com.".concat("kenai.jffi");
    if (!name.startsWith(ownPackage)) {
      throw new UnsupportedOperationException(
          "jffi was relocated, which its native library does not bear: its class "
              + name
              + " has to be in "
              + ownPackage
              + " (leave it and com.github.jnr's jars out of the relocations)");
    }
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
