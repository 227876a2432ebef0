package io.github.grpcuds.transport.internal.jdk;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * A selector that is opened before any connection, for those that cannot open their own: a process
 * without descriptors must not lose the connections that it has.
 *
 * <p>Safe for use by any thread; {@code this} guards it.
 */
final class SpareSelector {
  private static final SpareSelector SHARED = new SpareSelector();

  private Selector selector; // null until there was a descriptor for it

  private SpareSelector() {}

  /** Opens it, if it can be had now. */
  static void prepare() {
    SHARED.open();
  }

  /**
   * Whether a channel is ready for an operation now.
   *
   * @throws IOException if there is no spare selector
   */
  static boolean isReady(SelectableChannel channel, int operation) throws IOException {
    return SHARED.look(channel, operation);
  }

  private synchronized void open() {
    try {
      if (selector == null) {
        selector = Selector.open();
      }
    } catch (IOException e) {
      // The next connection may have more luck.
    }
  }

  private synchronized boolean look(SelectableChannel channel, int operation) throws IOException {
    if (selector == null) {
      selector = Selector.open();
    }
    SelectionKey key = channel.register(selector, operation);
    try {
      return selector.selectNow() > 0;
    } finally {
      key.cancel();
      selector.selectNow(); // forgets the key
    }
  }
}
