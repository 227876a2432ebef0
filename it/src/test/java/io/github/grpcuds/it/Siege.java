package io.github.grpcuds.it;

import io.github.grpcuds.testkit.Deadline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One attack while it goes on: its connections, its end, and what became of them. */
final class Siege implements AutoCloseable {
  /** How long an attack goes on, unless it is cut off. */
  static final int SECONDS = Integer.getInteger("grpcuds.attack.seconds", 2);

  /** What an attacker does. It may throw as soon as a connection is cut. */
  interface Plan {
    void run(Siege siege) throws IOException, InterruptedException;
  }

  private static final int LAST_LOOK_MILLIS = 300;

  private final String path;
  private final double allowance;
  private final List<RawAttacker> attackers = Collections.synchronizedList(new ArrayList<>());
  private final long deadline;
  private volatile Throwable failure;

  /**
   * A siege of the server at a path.
   *
   * @param allowance what its times are multiplied by, as the machine is busy; 1: it is not
   */
  Siege(String path, double allowance) {
    this.path = path;
    this.allowance = allowance;
    deadline = System.nanoTime() + (long) (TimeUnit.SECONDS.toNanos(SECONDS) * allowance);
  }

  /** Follows a plan until it is done, cut off, or the time is over. */
  void follow(Plan plan) throws InterruptedException {
    Thread thread = new Thread(() -> run(plan), "attacker");
    thread.start();
    thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())) + 500);
    conclude();
    snapshot().forEach(RawAttacker::close); // wakes a write that is blocked
    thread.join(TimeUnit.SECONDS.toMillis(Deadline.SECONDS));
    if (thread.isAlive()) {
      failure = new AssertionError("the attacker does not end");
    }
  }

  private void conclude() throws InterruptedException {
    snapshot().forEach(RawAttacker::read);
    long look = (long) (TimeUnit.MILLISECONDS.toNanos(LAST_LOOK_MILLIS) * allowance);
    long end = System.nanoTime() + look;
    for (RawAttacker attacker : snapshot()) {
      attacker.conclude(TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
    }
  }

  private void run(Plan plan) {
    try {
      plan.run(this);
    } catch (IOException e) {
      if (snapshot().stream().noneMatch(RawAttacker::isCut) && !timeIsOver()) {
        failure = e;
      }
    } catch (InterruptedException e) {
      failure = e;
    }
  }

  /** The failure of the attack itself; null if there was none. */
  Throwable failure() {
    return failure;
  }

  private List<RawAttacker> snapshot() {
    synchronized (attackers) {
      return new ArrayList<>(attackers);
    }
  }

  /** A new connection that the attack closes itself; what becomes of it is not noted. */
  RawAttacker newAttacker() throws IOException {
    return new RawAttacker(path);
  }

  /** A new connection that reads nothing. */
  RawAttacker connect() throws IOException {
    RawAttacker attacker = newAttacker();
    attackers.add(attacker);
    return attacker;
  }

  /** A new connection that reads, and has sent the preface and SETTINGS. */
  RawAttacker connectAndRead(int... settings) throws IOException {
    return connect().read().greet(settings);
  }

  private boolean timeIsOver() {
    return System.nanoTime() >= deadline;
  }

  /** Whether there is time, and a connection that was not cut. */
  boolean goesOn() {
    return !timeIsOver() && !snapshot().stream().allMatch(RawAttacker::isCut);
  }

  /** Whether there is time, cut or not. */
  boolean hasTime() {
    return !timeIsOver();
  }

  /** Writes the same bytes again and again to the end. */
  void flood(RawAttacker attacker, byte[] chunk) throws IOException {
    while (goesOn()) {
      attacker.write(chunk);
    }
  }

  /** Writes the same frames for one stream after the other to the end. */
  void flood(RawAttacker attacker, StreamTemplate frames) throws IOException {
    while (goesOn()) {
      attacker.write(frames.next());
    }
  }

  /** Does nothing to the end. */
  void hold() throws InterruptedException {
    while (goesOn()) {
      Thread.sleep(10);
    }
  }

  int connections() {
    return attackers.size();
  }

  long cut() {
    return snapshot().stream().filter(RawAttacker::isCut).count();
  }

  /** What the GOAWAYs said, each once, without debug data. */
  Set<String> goAways() {
    return snapshot().stream()
        .map(RawAttacker::goAway)
        .filter(text -> text != null)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** When the last one was cut off; "-" if one was not. */
  String timeToCut() {
    return cut() == 0 || cut() < connections()
        ? "-"
        : String.format(
            Locale.ROOT,
            "%.2f s",
            snapshot().stream().mapToDouble(RawAttacker::secondsToCut).max().orElse(0));
  }

  String outcome() {
    long cut = cut();
    if (cut == 0) {
      return goAways().isEmpty() ? "lives" : "lives, though " + goAways();
    }
    String how = goAways().isEmpty() ? "closed" : String.join(", ", goAways());
    return connections() == 1 ? how : how + " (" + cut + " of " + connections() + ")";
  }

  @Override
  public void close() {
    snapshot().forEach(RawAttacker::close);
  }
}
