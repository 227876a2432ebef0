package io.github.grpcuds.server;

/** A thread of the server's own that runs a loop, perhaps with calls in it. */
final class LoopThread extends Thread {
  private final EventLoop loop;
  private boolean inTask; // of this thread alone

  LoopThread(EventLoop loop, Runnable body, String name, ClassLoader loader) {
    super(body, name);
    this.loop = loop;
    setDaemon(true);
    setContextClassLoader(loader);
  }

  static LoopThread current() {
    Thread thread = Thread.currentThread();
    return thread instanceof LoopThread ? (LoopThread) thread : null;
  }

  EventLoop loop() {
    return loop;
  }

  /** True in a task of a call, and ever after if another thread has taken the loop meanwhile. */
  boolean isInTask() {
    return inTask;
  }

  void setInTask(boolean now) {
    inTask = now;
  }
}
