package io.github.grpcuds.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all clients of a server together make it hold.
 *
 * <p>While more than half of it is taken, the server is short of memory: connections that hold more
 * than their share are not asked for more and their new calls are refused, but for one at a time,
 * whose turn it is; few connections are accepted. That gives time to those whose messages are on
 * their way, and to handlers. Connections are ended, the largest first, if all is taken, or if the
 * shortage lasts and they have not gone on when they might have.
 */
final class MemoryBudget {
  /** What a connection costs at rest: 2,000 of them have to fit a heap of 64 MB. */
  static final int CONNECTION_COST = 8 * 1024;

  /** The least of what each connection may have in a shortage. */
  private static final long LEAST_SHARE = 64 * 1024;

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LITTLE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1); // if nearly full

  private final long limit;
  private final AtomicLong held = new AtomicLong();
  private volatile boolean wasShort; // somebody may wait for memory
  private final Retries endings = new Retries();
  private volatile boolean hasEndings;

  // Guarded by this.
  private Account first; // the accounts, in a ring of which this is one; null if there is none
  private volatile int accounts; // written under the lock
  private volatile Account turn; // may grow although memory is short; written under the lock
  private long turnNanos; // since when, or when it last went on
  private long shortNanos; // since when memory is short
  private volatile long lookNanos = System.nanoTime(); // written under the lock

  /** Memory of so many bytes. */
  MemoryBudget(long limit) {
    this.limit = limit;
  }

  /** One connection, as its memory goes; any thread. */
  abstract static class Account {
    private final AtomicLong held = new AtomicLong();
    private volatile boolean waits; // was told that it may not grow
    private volatile long changeNanos = System.nanoTime(); // when it last changed

    // Guarded by the memory.
    private Account next;
    private Account previous;
    private volatile boolean ended; // it is closed, or about to be: what it holds counts no more
    private boolean hadTurn; // in this shortage

    /** It may try again to grow; takes no memory. */
    abstract void freed();

    /** Ends it, for it holds the most; made beforehand. */
    abstract Retries.Attempt ending();

    long held() {
      return held.get();
    }
  }

  /** Takes a connection in. */
  synchronized void add(Account account) {
    if (first == null) {
      account.next = account;
      account.previous = account;
      first = account;
    } else {
      account.next = first;
      account.previous = first.previous;
      first.previous.next = account;
      first.previous = account;
    }
    accounts++;
    account.held.addAndGet(CONNECTION_COST);
    held.addAndGet(CONNECTION_COST);
  }

  /** Lets a connection go, with all it holds. */
  synchronized void remove(Account account) {
    if (account.next == null) {
      return;
    }
    forget(account);
    account.next.previous = account.previous;
    account.previous.next = account.next;
    if (first == account) {
      first = account.next == account ? null : account.next;
    }
    if (turn == account) {
      turn = null;
    }
    account.next = null;
    account.previous = null;
    accounts--;
  }

  private void forget(Account account) {
    account.ended = true;
    held.addAndGet(-account.held.getAndSet(0));
  }

  /** Notes that a connection holds more, or less. */
  void change(Account account, long bytes) {
    if (account.ended) {
      return;
    }
    account.changeNanos = System.nanoTime();
    account.held.addAndGet(bytes);
    long now = held.addAndGet(bytes);
    if (bytes > 0 && now > limit / 2) {
      wasShort = true;
      if (now > limit) {
        endLargest();
      }
    }
  }

  /** True if more is held than should be. */
  boolean isShort() {
    return held.get() > limit / 2;
  }

  /** True if a connection may hold more than it was meant to: there is plenty. */
  boolean mayBorrow(long bytes) {
    return bytes < limit / 8 * 3 && !isShort();
  }

  /** True if so much is held that connections may soon have to be ended: it takes no more in. */
  boolean isNearlyFull() {
    return held.get() > limit - limit / 8;
  }

  /** True if somebody may have to be told, at times, how it goes on. */
  boolean isWatched() {
    return wasShort || hasEndings;
  }

  /** Whether a connection should be asked for more; if not, it is told when it should. */
  boolean mayGrow(Account account) {
    if (!isShort() || account.held() <= share() || account == turn) {
      return true;
    }
    account.waits = true;
    wasShort = true;
    return false;
  }

  private long share() {
    return Math.max(LEAST_SHARE, limit / 2 / Math.max(1, accounts));
  }

  /** Looks how it goes; often, by any thread. */
  void look() {
    endDue();
    long now = System.nanoTime();
    if (!wasShort || now - lookNanos < LOOK_NANOS) {
      return;
    }
    synchronized (this) {
      if (now - lookNanos < LOOK_NANOS) {
        return;
      }
      lookNanos = now;
      if (isShort()) {
        endure(now);
      } else {
        relieve();
      }
    }
  }

  private void relieve() {
    wasShort = false;
    boolean done = false;
    try {
      tellThoseThatWait();
      done = true;
    } finally {
      if (!done) {
        wasShort = true; // the next look tells the others
      }
    }
  }

  private void tellThoseThatWait() {
    shortNanos = 0;
    turn = null;
    Account account = first;
    for (int i = 0; i < accounts; i++, account = account.next) {
      account.hadTurn = false;
      if (account.waits) {
        account.waits = false;
        account.freed();
      }
    }
  }

  private void endure(long now) {
    if (shortNanos == 0) {
      shortNanos = now;
    }
    if (turn != null && turn.changeNanos - turnNanos > 0) {
      turnNanos = turn.changeNanos; // it goes on
    }
    if (turn == null || now - turnNanos > TURN_NANOS) {
      nextTurn(now);
    }
    long patience = isNearlyFull() ? LITTLE_PATIENCE_NANOS : PATIENCE_NANOS;
    if (now - shortNanos > patience) {
      endIdle(now, patience);
    }
  }

  /** Gives the turn to the next one that waits. */
  private void nextTurn(long now) {
    Account account = turn == null ? first : turn.next;
    turn = null;
    for (int i = 0; i < accounts; i++, account = account.next) {
      if (account.waits && !account.ended) {
        account.waits = false;
        account.hadTurn = true;
        turn = account;
        turnNanos = now;
        account.freed();
        return;
      }
    }
  }

  /** Ends the largest of those that do not go on, though nothing keeps them from it. */
  private void endIdle(long now, long patience) {
    long enough = held.get() - limit / 32;
    Account largest;
    do {
      largest = null;
      Account account = first;
      for (int i = 0; i < accounts; i++, account = account.next) {
        if (isIdle(account, now, patience)
            && (largest == null || account.held() > largest.held())) {
          largest = account;
        }
      }
      if (largest != null) {
        end(largest);
      }
    } while (largest != null && held.get() > enough);
  }

  private static boolean isIdle(Account account, long now, long patience) {
    return !account.ended
        && account.held() > 2 * CONNECTION_COST
        && now - account.changeNanos > patience
        && (!account.waits || account.hadTurn);
  }

  /** Ends those that hold the most, until there is some memory again. */
  private synchronized void endLargest() {
    while (isNearlyFull()) {
      Account largest = null;
      Account account = first;
      for (int i = 0; i < accounts; i++, account = account.next) {
        if (!account.ended && (largest == null || account.held() > largest.held())) {
          largest = account;
        }
      }
      if (largest == null) {
        return;
      }
      end(largest);
    }
  }

  private void end(Account account) {
    forget(account);
    endings.add(account.ending());
    hasEndings = true;
  }

  /** Ends those that have to end: at once, by whoever comes by with no lock held. */
  void endDue() {
    if (hasEndings) {
      hasEndings = false;
      endings.run();
      if (!endings.isEmpty()) { // one failed
        hasEndings = true;
      }
    }
  }
}
