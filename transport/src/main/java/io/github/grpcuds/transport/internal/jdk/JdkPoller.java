package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.internal.channel.AbstractPoller;
import io.github.grpcuds.transport.internal.channel.ConnectFailure;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.Watch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Watches the JDK's channels with one selector.
 *
 * <p>A selector takes notice of changed interest and cancelled keys only as it begins to select,
 * and a closed channel keeps its descriptor until then; so a waiting loop is woken for each.
 */
final class JdkPoller extends AbstractPoller<JdkPoller.JdkWatch> {
  private final Selector selector;

  /** Added again before the selector let go of their cancelled keys; guarded by lock. */
  private final List<JdkWatch> late = new ArrayList<>();

  private JdkPoller(Selector selector) {
    this.selector = selector;
  }

  static Poller open() throws IOException {
    try {
      return new JdkPoller(Selector.open());
    } catch (IOException e) {
      throw cannotOpen(e);
    }
  }

  @Override
  public JdkWatch watch(Closeable socket, Ready callback) {
    if (socket instanceof JdkChannel) {
      SelectableChannel channel = ((JdkChannel) socket).channel;
      return new JdkWatch(channel, SelectionKey.OP_READ, callback);
    }
    if (socket instanceof JdkListener) {
      SelectableChannel channel = ((JdkListener) socket).channel;
      return new JdkWatch(channel, SelectionKey.OP_ACCEPT, callback);
    }
    throw new IllegalArgumentException("not a socket of backend jdk: " + socket);
  }

  @Override
  public void begin(JdkWatch watch) throws IOException {
    try {
      watch.register(selector);
    } catch (CancelledKeyException e) {
      late.add(watch);
    } catch (ClosedChannelException e) {
      throw ConnectFailure.closed();
    } catch (ClosedSelectorException e) {
      throw closed();
    }
    refresh();
  }

  @Override
  public void change(JdkWatch watch) {
    if (watch.key != null) {
      try {
        int ops = watch.ops();
        if (watch.key.interestOps() != ops) {
          watch.key.interestOps(ops);
          refresh();
        }
      } catch (CancelledKeyException e) {
        // closed meanwhile
      }
    }
  }

  @Override
  public void end(JdkWatch watch) {
    if (watch.key == null) {
      late.remove(watch);
    } else {
      watch.key.cancel();
      refresh();
    }
  }

  /** Puts an interrupt aside, for it would keep select from waiting for as long as it is set. */
  @Override
  public void await(long timeoutMillis) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      if (registerLate() || timeoutMillis == 0) {
        selector.selectNow();
      } else {
        selector.select(Math.max(0, timeoutMillis)); // 0: for ever
      }
      interrupted |= Thread.interrupted();
      collect(selector.selectedKeys());
    } catch (ClosedSelectorException e) {
      throw closed();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** True if it may have eaten a wake-up, so that nobody may wait. */
  private boolean registerLate() throws IOException {
    synchronized (lock) {
      if (late.isEmpty()) {
        return false;
      }
      selector.selectNow(); // lets go of cancelled keys
      selector.selectedKeys().clear();
      for (JdkWatch watch : late) {
        try {
          watch.register(selector);
        } catch (ClosedChannelException | CancelledKeyException e) {
          // closed meanwhile
        }
      }
      late.clear();
      return true;
    }
  }

  private void collect(Set<SelectionKey> selected) {
    for (SelectionKey key : selected) {
      try {
        JdkWatch watch = (JdkWatch) key.attachment();
        found(watch, JdkWatch.interestOf(key.readyOps()));
      } catch (CancelledKeyException e) {
        // removed or closed meanwhile
      }
    }
    selected.clear();
  }

  @Override
  public void signal() {
    selector.wakeup();
  }

  @Override
  public void closeAll() throws IOException {
    selector.close();
  }

  /** A channel and its key. */
  static final class JdkWatch extends Watch {
    private final SelectableChannel channel;
    private final int inputOp;
    private SelectionKey key; // guarded by the poller's lock; null if not registered yet

    JdkWatch(SelectableChannel channel, int inputOp, Poller.Ready callback) {
      super(callback);
      this.channel = channel;
      this.inputOp = inputOp;
    }

    void register(Selector selector) throws ClosedChannelException {
      key = channel.register(selector, ops(), this);
    }

    private int ops() {
      int wanted = interest;
      return ((wanted & READ) != 0 ? inputOp : 0)
          | ((wanted & WRITE) != 0 ? SelectionKey.OP_WRITE : 0);
    }

    static int interestOf(int readyOps) {
      return ((readyOps & ~SelectionKey.OP_WRITE) != 0 ? READ : NONE)
          | ((readyOps & SelectionKey.OP_WRITE) != 0 ? WRITE : NONE);
    }

    @Override
    public boolean isClosed() {
      return !channel.isOpen();
    }
  }
}
