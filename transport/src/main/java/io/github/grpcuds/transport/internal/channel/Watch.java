package io.github.grpcuds.transport.internal.channel;

/** A socket that a poller watches. */
public abstract class Watch {
  public static final int NONE = 0;
  public static final int READ = 1;
  public static final int WRITE = 2;

  private final Poller.Ready callback;

  /** What the owner wants to know; {@link #NONE} for good once removed. Written under a lock. */
  public volatile int interest = READ;

  /** What the last wait found; used by the loop alone. */
  int ready;

  public Watch(Poller.Ready callback) {
    this.callback = callback;
  }

  public abstract boolean isClosed();

  /** Calls back if what was found is still wanted. */
  boolean deliver() {
    int wanted = ready & interest;
    if (wanted == NONE || isClosed()) {
      return false;
    }
    callback.ready((wanted & READ) != 0, (wanted & WRITE) != 0);
    return true;
  }
}
