package io.github.grpcuds.android.internal;

import android.net.LocalServerSocket;
import android.net.LocalSocket;
import android.system.ErrnoException;
import android.system.Os;
import android.system.OsConstants;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.channel.BindFailure;
import io.github.grpcuds.transport.internal.channel.Capability;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.InheritedSocket;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Sockets of Android, API level 21 and newer: {@link LocalSocket} and {@link LocalServerSocket} to
 * connect, bind and accept, and {@link Os} for everything else. The library makes it by reflection,
 * by the name of its class.
 */
public final class AndroidBackend implements Backend {
  static final String NAME = "android";

  /**
   * For how long a connect waits for a place in the backlog, which LocalSocket.connect with a
   * time-out does not support. Whoever connects tries again.
   */
  private static final int CONNECT_MILLIS = 1;

  private static final int FOR_EVER = 0;

  private static final String NO_INHERITANCE = "Android starts apps without sockets to inherit";

  /** Called by reflection. */
  public AndroidBackend() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(Capability.ABSTRACT_NAMES, Capability.PEER_PID, Capability.PEER_IDS);
  }

  @Override
  public String refusal(UdsAddress address) {
    return LocalAddresses.refusal(address);
  }

  @Override
  public UdsChannel connect(UdsAddress address) throws IOException {
    LocalSocket socket = new LocalSocket();
    boolean connected = false;
    try {
      open(socket);
      socket.setSoTimeout(CONNECT_MILLIS); // the kernel's SO_SNDTIMEO, which bounds a connect
      socket.connect(LocalAddresses.of(address));
      socket.setSoTimeout(FOR_EVER);
      connected = true;
      return new AndroidChannel(socket);
    } catch (IOException e) {
      return explain(address, e);
    } finally {
      if (!connected) {
        close(socket);
      }
    }
  }

  /** Options can be set once there is a descriptor, and to ask for a stream makes it. */
  private static void open(LocalSocket socket) throws IOException {
    socket.getInputStream();
  }

  private static void close(LocalSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was of no use.
    }
  }

  /** Null for a full backlog. */
  private static UdsChannel explain(UdsAddress address, IOException e) throws IOException {
    LocalFailure failure = new LocalFailure(e);
    if (failure.isAgain()) {
      return null;
    }
    if (failure.is(OsConstants.ECONNREFUSED)) {
      throw refusedOrNotSocket(address);
    }
    if (failure.is(OsConstants.ENOENT)) {
      throw ConnectFailure.missing(address);
    }
    if (failure.isDenied()) {
      throw denied(address, failure);
    }
    if (failure.is(OsConstants.EPROTOTYPE)) {
      throw ConnectFailure.notStream(address);
    }
    if (failure.is(OsConstants.ENOTDIR)) {
      throw ConnectFailure.notDirectory(address);
    }
    throw ConnectFailure.other(address, failure.toString());
  }

  /** Linux refuses a connection to any file that is no listening socket, whatever it is. */
  private static IOException refusedOrNotSocket(UdsAddress address) {
    FileKind kind = address.isAbstract() ? null : FileKind.at(address.path());
    return kind == null || kind == FileKind.SOCKET || kind == FileKind.MISSING
        ? ConnectFailure.refused(address)
        : ConnectFailure.notSocket(address, kind.description());
  }

  /** By the file's mode, or else by SELinux, of which the mode says nothing. */
  private static IOException denied(UdsAddress address, LocalFailure failure) {
    return !address.isAbstract() && isDeniedByMode(address.path())
        ? ConnectFailure.denied(address)
        : ConnectFailure.forbidden(address, failure.toString());
  }

  private static boolean isDeniedByMode(String path) {
    try {
      return !Os.access(path, OsConstants.W_OK);
    } catch (ErrnoException e) {
      return e.errno == OsConstants.EACCES;
    }
  }

  @Override
  public UdsListener listen(UdsAddress address, int backlog) throws IOException {
    return bindAndListen(address, backlog, null);
  }

  @Override
  public UdsListener listen(UdsAddress address, int backlog, int mode) throws IOException {
    return bindAndListen(address, backlog, mode);
  }

  @Override
  public UdsListener listen(UdsAddress address, SocketFileOptions options, int backlog)
      throws IOException {
    return AndroidSocketFileStart.listen(this, address, options, backlog);
  }

  /**
   * Listens.
   *
   * @param mode permission bits of the file from its first moment on, less what the umask takes
   *     away; null for what the system gives
   */
  private static UdsListener bindAndListen(UdsAddress address, int backlog, Integer mode)
      throws IOException {
    LocalSocket bound = new LocalSocket();
    boolean listening = false;
    try {
      open(bound);
      if (mode != null) {
        Os.fchmod(bound.getFileDescriptor(), mode); // which the file takes over (unix_bind)
      }
      bound.bind(LocalAddresses.of(address));
      LocalServerSocket server = new LocalServerSocket(bound.getFileDescriptor());
      Os.listen(bound.getFileDescriptor(), backlog); // LocalServerSocket has one of its own
      listening = true;
      return new AndroidListener(bound, server);
    } catch (ErrnoException e) {
      throw BindFailure.of(address, false, SystemCalls.describe(e));
    } catch (IOException e) {
      LocalFailure failure = new LocalFailure(e);
      throw BindFailure.of(address, failure.is(OsConstants.EADDRINUSE), failure.toString());
    } finally {
      if (!listening) {
        close(bound);
      }
    }
  }

  @Override
  public long pid() {
    return Os.getpid();
  }

  @Override
  public String inheritRefusal(int fd) {
    return NO_INHERITANCE;
  }

  @Override
  public InheritedSocket inherit(int fd, String shown) throws IOException {
    throw new IOException("cannot inherit " + shown + ": " + NO_INHERITANCE);
  }

  @Override
  public String datagramRefusal() {
    return "Android has no service manager to notify";
  }

  @Override
  public void sendDatagram(UdsAddress address, byte[] datagram) throws IOException {
    throw new IOException("cannot send a datagram to " + address + ": " + datagramRefusal());
  }
}
