package io.github.grpcuds.transport.internal.channel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Watches descriptors with poll(2). A wait costs time for each of them, and a change has to wake
 * it.
 *
 * <p>All descriptors count as used during the wait, so none is closed, nor its number given to
 * another, before poll(2) has returned.
 *
 * @param <W> a descriptor as the platform has it
 */
public abstract class DescriptorPoller<W extends DescriptorWatch> extends AbstractPoller<W> {
  private final WakeUp wakeUp;
  private final List<W> waited = new ArrayList<>(); // the loop's alone

  protected DescriptorPoller(WakeUp wakeUp) {
    this.wakeUp = wakeUp;
  }

  // What to wait for: the wake-up's descriptor, and then those of the watches. The loop's alone.

  /** Makes room for so many, of which the first is the wake-up's, and puts that in. */
  protected abstract void begin(int most);

  /** Puts a watch in; the first one has index 1. */
  protected abstract void put(int index, W watch);

  /** Waits for the first ones; returns how many are ready. */
  protected abstract int poll(int count, long timeoutMillis) throws IOException;

  /** What poll(2) has found for one; 0 if nothing. */
  protected abstract int revents(int index);

  /** {@link Watch#READ} and WRITE of what poll(2) has found. */
  protected abstract int readiness(int revents);

  @Override
  public final void begin(W watch) throws IOException {
    if (wakeUp.isClosed()) {
      throw closed();
    }
    if (watch.isClosed()) {
      throw ConnectFailure.closed();
    }
    refresh();
  }

  @Override
  public final void change(W watch) {
    refresh();
  }

  @Override
  public final void end(W watch) {
    refresh();
  }

  @Override
  public final void await(long timeoutMillis) throws IOException {
    wakeUp.use();
    try {
      enterAll();
      try {
        collect(poll(1 + waited.size(), timeoutMillis));
      } finally {
        leaveAll();
      }
    } finally {
      wakeUp.leave();
    }
  }

  private void enterAll() {
    synchronized (lock) {
      begin(1 + watches.size());
      for (W watch : watches.values()) {
        if (watch.interest != Watch.NONE && entered(watch)) {
          waited.add(watch);
          put(waited.size(), watch);
        }
      }
    }
  }

  private static boolean entered(DescriptorWatch watch) {
    try {
      watch.descriptor.enter();
      return true;
    } catch (IOException e) {
      return false; // closed
    }
  }

  private void collect(int count) throws IOException {
    if (count == 0) {
      return;
    }
    if (revents(0) != 0) {
      wakeUp.drain();
    }
    for (int i = 0; i < waited.size(); i++) {
      int revents = revents(1 + i);
      if (revents != 0) {
        found(waited.get(i), readiness(revents));
      }
    }
  }

  private void leaveAll() {
    for (int i = 0; i < waited.size(); i++) {
      try {
        waited.get(i).descriptor.leave();
      } catch (IOException e) {
        // close(2) failed, for a socket whose owner is done with it
      }
    }
    waited.clear();
  }

  @Override
  public final void signal() {
    wakeUp.signal();
  }

  @Override
  public final void closeAll() throws IOException {
    wakeUp.close();
  }
}
