package io.github.grpcuds.server;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** The I/O threads of a server: the first one accepts, and all take turns at new connections. */
final class EventLoops {
  private final List<EventLoop> loops = new ArrayList<>();
  private final UdsAddress address;
  private final Executor executor; // null: threads of their own
  private final EventLoopWatchdog monitor; // null if no calls run in loops
  private final Acceptor acceptor;
  private int nextLoop; // of the accepting thread

  /** What becomes of an accepted connection. */
  interface Handler {
    /**
     * Takes over a channel, which a loop is to watch, and its place. Called in another thread than
     * the loop's.
     *
     * @throws IOException if it cannot; the channel is then closed
     */
    void accepted(UdsChannel channel, EventLoop loop) throws IOException;
  }

  /**
   * Loops for a listener, not yet running.
   *
   * @param config says how many threads, whose, and for how long they look before they sleep
   * @param calls runs what calls the loops do not run themselves; null if they run none
   * @param places how many connections there may be
   * @param memory looked after by the loops
   * @param whenDone run when a loop has ended, so as often as there are threads
   * @throws IOException if there are no descriptors left
   */
  EventLoops(
      UdsListener listener,
      UdsAddress address,
      ServerConfig config,
      Executor calls,
      ConnectionPermits places,
      MemoryBudget memory,
      Handler handler,
      Runnable whenDone)
      throws IOException {
    this.address = address;
    this.executor = config.transportExecutor;
    this.monitor = executor == null && calls != null ? new EventLoopWatchdog() : null;
    InputChunks inputChunks = new InputChunks();
    try {
      for (int i = 0; i < config.ioThreads; i++) {
        Poller poller = listener.newPoller();
        loops.add(
            new EventLoop(
                poller,
                inputChunks,
                config.busyPollNanos,
                whenDone,
                monitor == null ? null : new InlineCalls(calls, monitor)));
      }
    } catch (IOException | RuntimeException | Error e) {
      for (EventLoop loop : loops) {
        loop.abandon();
      }
      throw e;
    }
    this.acceptor =
        new Acceptor(
            listener, address, loops.get(0), places, memory, c -> handler.accepted(c, next()));
    for (EventLoop loop : loops) {
      loop.lookAfter(memory);
    }
  }

  /** Passes over loops that the executor has no thread for: nobody would look at the connection. */
  private EventLoop next() {
    EventLoop loop;
    do {
      loop = loops.get(nextLoop);
      nextLoop = (nextLoop + 1) % loops.size();
    } while (!loop.isRunning()); // the one that accepts is
    return loop;
  }

  /** Starts all or, with an exception, none. */
  void start() throws IOException {
    acceptor.start();
    int started = 0;
    try {
      if (monitor != null) {
        for (EventLoop loop : loops) {
          monitor.add(loop::look);
        }
        monitor.start("grpc-uds-io-monitor " + address);
      }
      for (EventLoop loop : loops) {
        start(loop, started + 1);
        started++;
      }
    } finally {
      if (started < loops.size()) {
        close();
        for (EventLoop loop : loops.subList(started, loops.size())) {
          loop.abandon();
        }
      }
    }
  }

  private void start(EventLoop loop, int number) {
    if (executor != null) {
      executor.execute(loop);
      return;
    }
    String name = "grpc-uds-io-" + number + " " + address;
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    new LoopThread(loop, loop, name, loader).start();
  }

  /** Closes the listener, which deletes its file; connections stay. Any thread. */
  void stopAccepting() {
    acceptor.close();
  }

  /** Ends the threads, when no connection is left. */
  void close() {
    for (EventLoop loop : loops) {
      loop.close();
    }
    if (monitor != null) {
      monitor.stop();
    }
  }
}
