package io.github.grpcuds.android.internal;

import android.net.LocalServerSocket;
import android.net.LocalSocket;
import android.system.OsConstants;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import java.net.SocketException;

/**
 * A {@link LocalServerSocket} over the descriptor of a {@link LocalSocket} that is bound: its own
 * constructor for names knows abstract ones alone.
 */
final class AndroidListener extends AndroidDescriptor implements UdsListener {
  private final LocalSocket bound; // owns the descriptor, which would else be closed with it
  private final LocalServerSocket server;

  AndroidListener(LocalSocket bound, LocalServerSocket server) {
    super(bound.getFileDescriptor());
    this.bound = bound;
    this.server = server;
  }

  /** Never waits: one thread accepts at a time, and a connection that waits does not go away. */
  @Override
  public UdsChannel accept() throws IOException {
    enter();
    try {
      if (!SystemCalls.isReady(fd, OsConstants.POLLIN) || isClosed()) {
        return nothing();
      }
      return new AndroidChannel(server.accept());
    } catch (IOException e) {
      if (isClosed()) {
        throw ConnectFailure.closed();
      }
      SocketException failure = new SocketException("accept: " + e.getMessage());
      failure.initCause(e);
      throw failure;
    } finally {
      leave();
    }
  }

  private UdsChannel nothing() throws SocketException {
    if (isClosed()) {
      throw ConnectFailure.closed();
    }
    return null;
  }

  @Override
  public boolean awaitAcceptable(long timeoutMillis) throws IOException {
    return await(OsConstants.POLLIN, timeoutMillis);
  }

  @Override
  public Poller newPoller() throws IOException {
    return AndroidPoller.open();
  }

  @Override
  public String backend() {
    return AndroidBackend.NAME;
  }

  @Override
  public void release() throws IOException {
    try {
      server.close();
    } finally {
      bound.close();
    }
  }
}
