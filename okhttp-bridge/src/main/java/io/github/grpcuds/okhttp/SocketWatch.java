package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.Platform;
import java.io.File;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Notices that a socket listens again, for all channels of the process that have failed to connect
 * to it: a connect to a local socket costs microseconds, and a file system tells when a file
 * appears.
 *
 * <p>As long as there is no file, the folders on the way to it are watched. A file without a
 * server, a name without a file, and a folder that cannot be watched are tried: one connect, by one
 * of the channels, which uses the connection if there is one. What a socket is awaited for, and how
 * often that is, does not depend on how many channels wait, nor on how long.
 *
 * <p>One thread looks, and ends when nobody waits. {@code this} guards the state, and nothing is
 * called under it.
 */
final class SocketWatch implements FolderWatch.Listener {
  /** That of the process. */
  static final SocketWatch SHARED = new SocketWatch(null);

  private static final Logger logger = Logger.getLogger(SocketWatch.class.getName());

  private static final long FIRST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(20);

  /** For each socket that is tried, so that all of them together cost a processor little. */
  private static final long SHARE = TimeUnit.MILLISECONDS.toNanos(2);

  /** A watched folder is looked at all the same: some file systems tell nothing. */
  private static final long WATCHED_INTERVAL = TimeUnit.SECONDS.toNanos(1);

  /** gRPC's longest back-off and a little: a channel that has not tried since is idle. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(150);

  /** From waking a channel to waking it again, if it has not tried: twice as long each time. */
  private static final long FIRST_ALARM = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int ALARMS = 7;

  /** How long the thread stays without work. */
  private static final long LINGER_MILLIS = 2000;

  /** A channel, or what stands for it. Never called under a lock of this class. */
  interface Client {
    /**
     * Tries to connect, and keeps a connection for the channel's next attempt.
     *
     * @return whether the socket listens
     */
    boolean tryConnect(UdsAddress address);

    /** The socket listens: the channel is to connect now, if it waits to do so later. */
    void wake();

    /** No attempt has come. */
    void forget(UdsAddress address);
  }

  /** Opens what watches folders. */
  interface FolderWatches {
    /** Null if it cannot. */
    FolderWatch open(FolderWatch.Listener listener);
  }

  /** A channel that was told, and has not tried to connect yet. */
  private static final class Woken {
    final Client client;
    final UdsAddress address;
    long next; // nanoTime
    int alarms;

    Woken(Client client, UdsAddress address, long next) {
      this.client = client;
      this.address = address;
      this.next = next;
    }
  }

  private final FolderWatches folderWatches; // null in a first call: no lambda to make

  // Guarded by this.
  private final Map<UdsAddress, AwaitedSocket> awaited = new LinkedHashMap<>();
  private final List<Woken> woken = new ArrayList<>();
  private final Set<UdsAddress> tried = new HashSet<>(); // of those awaited; others are watched
  private boolean running; // the thread
  private FolderWatch folders; // null if there is none, or none can be had
  private boolean foldersTried;
  private long nextCleanup; // nanoTime

  SocketWatch(FolderWatches folderWatches) {
    this.folderWatches = folderWatches;
  }

  /** Has a client woken once a socket listens to which it could not connect. */
  synchronized void await(UdsAddress address, Client client) {
    long now = System.nanoTime();
    AwaitedSocket socket = awaited.get(address);
    if (socket == null) {
      socket = new AwaitedSocket(address);
      socket.interval = FIRST_INTERVAL;
      socket.nextLook = now;
      awaited.put(address, socket);
      notifyAll(); // one more client changes nothing
    }
    socket.add(client, now + PATIENCE);
    if (!running) {
      nextCleanup = now + WATCHED_INTERVAL;
      Thread thread = new Thread(new Loop(), "grpc-uds-socket-watch");
      thread.setDaemon(true);
      thread.setContextClassLoader(SocketWatch.class.getClassLoader());
      thread.start();
      running = true;
    }
  }

  /** A client tries by itself, or no longer wants to. */
  synchronized void cancel(UdsAddress address, Client client) {
    if (!running) {
      return;
    }
    AwaitedSocket socket = awaited.get(address);
    if (socket != null) {
      socket.remove(client);
    }
    Iterator<Woken> all = woken.iterator();
    while (all.hasNext()) {
      Woken one = all.next();
      if (one.client == client && one.address.equals(address)) {
        all.remove();
      }
    }
  }

  @Override
  public synchronized void changed(File folder, String name) {
    long now = System.nanoTime();
    for (AwaitedSocket socket : awaited.values()) {
      if (socket.isOnTheWay(folder, name)) {
        socket.nextLook = now;
        socket.interval = FIRST_INTERVAL;
        socket.watched = false; // there may be other folders on the way now
      }
    }
    notifyAll();
  }

  private final class Loop implements Runnable {
    @Override
    public void run() {
      boolean needed = true;
      while (needed) {
        try {
          needed = isNeeded();
          for (AwaitedSocket socket : dueSockets()) {
            look(socket);
          }
          for (Woken one : dueAlarms()) {
            one.client.wake();
          }
          rest();
        } catch (Throwable e) { // memory may be short, and whoever waits is not to wait for ever
          logger.log(Level.FINE, "Looking for sockets failed, and goes on", e);
          LockSupport.parkNanos(WATCHED_INTERVAL);
        }
      }
    }
  }

  /** False, once, if the thread is to end. */
  private boolean isNeeded() {
    FolderWatch unused;
    synchronized (this) {
      if (awaited.isEmpty() && woken.isEmpty()) {
        pause(LINGER_MILLIS * 1_000_000);
      }
      if (!awaited.isEmpty() || !woken.isEmpty()) {
        return true;
      }
      running = false;
      unused = folders;
      folders = null;
      foldersTried = false;
      tried.clear();
    }
    if (unused != null) {
      unused.close();
    }
    return false;
  }

  private synchronized List<AwaitedSocket> dueSockets() {
    long now = System.nanoTime();
    List<AwaitedSocket> due = new ArrayList<>();
    Iterator<AwaitedSocket> all = awaited.values().iterator();
    while (all.hasNext()) {
      AwaitedSocket socket = all.next();
      if (socket.nextLook - now > 0) {
        continue;
      }
      if (socket.expire(now)) {
        socket.nextLook = now + WATCHED_INTERVAL; // at the latest
        due.add(socket);
      } else {
        all.remove();
        tried.remove(socket.address);
      }
    }
    return due;
  }

  private void look(AwaitedSocket socket) {
    boolean missing = socket.isMissing();
    if (missing && isWatched(socket)) {
      missing = socket.isMissing(); // it may have come before that
      if (missing) {
        return;
      }
    }
    Client scout = missing ? null : scout(socket);
    if (scout != null && scout.tryConnect(socket.address)) {
      wakeAll(socket);
    } else {
      lookAgain(socket);
    }
  }

  /** Whether each change that may bring the socket is heard of. */
  private boolean isWatched(AwaitedSocket socket) {
    synchronized (this) {
      if (socket.watched) {
        return true;
      }
      socket.watched = true; // until a change
    }
    FolderWatch watch = folders();
    boolean heard = watch != null;
    if (heard) {
      for (File folder : socket.folders()) {
        // One that is not there comes with a change of the one before it.
        heard = watch.add(folder) || !folder.exists();
      }
    }
    synchronized (this) {
      socket.watched &= heard;
      if (heard) {
        tried.remove(socket.address);
      }
    }
    return heard;
  }

  private synchronized FolderWatch folders() {
    if (!foldersTried) {
      foldersTried = true;
      folders = folderWatches == null ? openFolderWatch() : folderWatches.open(this);
    }
    return folders;
  }

  /** Android has java.nio.file from API level 26 on, and nothing that watches. */
  private FolderWatch openFolderWatch() {
    return Platform.ANDROID ? null : FolderWatch.open(this);
  }

  private synchronized void lookAgain(AwaitedSocket socket) {
    tried.add(socket.address);
    long longest = Math.max(LONGEST_INTERVAL, tried.size() * SHARE);
    long now = System.nanoTime();
    long interval = Math.min(socket.interval, longest);
    socket.nextLook = now + Math.min(socket.nextLook - now, interval);
    socket.interval = Math.min(2 * interval, longest);
  }

  /** Any of those who wait; null if nobody does any more. */
  private synchronized Client scout(AwaitedSocket socket) {
    Iterator<Client> clients = socket.clients().iterator();
    return clients.hasNext() ? clients.next() : null;
  }

  private void wakeAll(AwaitedSocket socket) {
    List<Client> clients = new ArrayList<>();
    synchronized (this) {
      awaited.remove(socket.address);
      tried.remove(socket.address);
      long next = System.nanoTime() + FIRST_ALARM;
      for (Client client : socket.clients()) {
        clients.add(client);
        woken.add(new Woken(client, socket.address, next));
      }
    }
    for (Client client : clients) {
      client.wake();
    }
  }

  /**
   * Those to be woken once more: a channel passes over it while it is still on its way into the
   * back-off, or tries others of its sockets.
   */
  private List<Woken> dueAlarms() {
    List<Woken> due = new ArrayList<>();
    List<Woken> over = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      Iterator<Woken> all = woken.iterator();
      while (all.hasNext()) {
        Woken one = all.next();
        if (one.next - now > 0) {
          continue;
        }
        one.next = now + (FIRST_ALARM << ++one.alarms);
        (one.alarms < ALARMS ? due : over).add(one);
        if (one.alarms == ALARMS) {
          all.remove();
        }
      }
    }
    for (Woken one : over) {
      one.client.forget(one.address);
    }
    return due;
  }

  private synchronized void rest() {
    long now = System.nanoTime();
    if (nextCleanup - now <= 0) {
      nextCleanup = now + WATCHED_INTERVAL;
      forgetFolders();
    }
    long next = now + WATCHED_INTERVAL;
    for (AwaitedSocket socket : awaited.values()) {
      next = Math.min(next - now, socket.nextLook - now) + now;
    }
    for (Woken one : woken) {
      next = Math.min(next - now, one.next - now) + now;
    }
    if (next - now > 0 && !(awaited.isEmpty() && woken.isEmpty())) {
      pause(next - now);
    }
  }

  private void forgetFolders() {
    if (folders == null) {
      return;
    }
    Set<File> needed = new HashSet<>();
    for (AwaitedSocket socket : awaited.values()) {
      for (File folder : socket.folders()) {
        needed.add(folder);
      }
    }
    folders.retain(needed);
  }

  /** Under the lock, which others may take meanwhile. */
  private void pause(long nanos) {
    try {
      TimeUnit.NANOSECONDS.timedWait(this, Math.max(nanos, 1));
    } catch (InterruptedException e) {
      // Nobody has a reason to; it looks once more than it would.
    }
  }
}
