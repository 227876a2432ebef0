package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A listening socket over the JDK's Unix domain channel. */
final class JdkListener implements UdsListener {
  final ServerSocketChannel channel;
  private final Closeable descriptor;
  private final SelectorWait waiter;
  private volatile boolean closed;

  /** Takes over the channel. */
  JdkListener(ServerSocketChannel channel) throws IOException {
    this(channel, channel);
  }

  /**
   * Takes over the channel.
   *
   * @param descriptor what to close
   */
  JdkListener(ServerSocketChannel channel, Closeable descriptor) throws IOException {
    channel.configureBlocking(false);
    this.channel = channel;
    this.descriptor = descriptor;
    this.waiter = new SelectorWait(channel, SelectionKey.OP_ACCEPT);
    waiter.prepare();
  }

  @Override
  public UdsChannel accept() throws IOException {
    if (closed) {
      throw ConnectFailure.closed();
    }
    SocketChannel accepted;
    try {
      accepted = channel.accept();
    } catch (ClosedChannelException e) {
      throw ConnectFailure.closed();
    }
    if (accepted == null) {
      return null;
    }
    boolean taken = false;
    try {
      accepted.configureBlocking(false);
      taken = true;
      return new JdkChannel(accepted);
    } finally {
      if (!taken) {
        accepted.close();
      }
    }
  }

  @Override
  public boolean awaitAcceptable(long timeoutMillis) throws IOException {
    return waiter.await(timeoutMillis);
  }

  @Override
  public Poller newPoller() throws IOException {
    return JdkPoller.open();
  }

  @Override
  public String backend() {
    return JdkBackend.NAME;
  }

  @Override
  public String peerRefusal() {
    return JdkPeerOption.refusal();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    try {
      descriptor.close();
    } finally {
      waiter.close();
    }
  }
}
