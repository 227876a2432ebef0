package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.testkit.Machine;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.opentest4j.TestAbortedException;

/**
 * Attacks a server in a process of its own, while a good client calls it, and asserts what the
 * attack may cost. One server takes the attacks of a class, one after the other; after one that has
 * done harm there is a new one.
 *
 * <p>Leaves the server's log in target/attacks if it has done harm, and prints one line for each
 * attack: {@code attack | name | outcome | time to cut-off | growth of memory | growth of threads |
 * victim's slowest call | verdict}.
 */
@Tag("long")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AttackTestBase {
  private static final long MAX_VICTIM_MILLIS = 1000;

  /** One connection is lent half of what all may hold, 51 MB here, and there is what holds it. */
  private static final long MAX_MEMORY_GROWTH = 80 << 20;

  private static final int MAX_THREAD_GROWTH = 10;
  private static final long MAX_MEMORY_LEFT = 16 << 20;
  private static final long RECOVERY_MILLIS = 2000;
  private static final int MAX_LOG_LINES_PER_10_SECONDS = 50;
  private static final int SAMPLE_MILLIS = 200;

  private AttackedServer server;
  private Map<String, Siege.Plan> collected; // null: attacks are made

  /** What must become of the attacker. */
  static final class Expectation {
    private static final int ALL = Integer.MAX_VALUE;

    /** Within bounds it may live or not. */
    static final Expectation BOUNDED = new Expectation(false, ALL);

    /** It does nothing that the RFC forbids, and too little to be cut off for. */
    static final Expectation LIVES = new Expectation(true, ALL);

    private final double patience; // how much of the time it may take
    private final boolean mustLive;
    private final int mayLive; // how many connections
    private final List<String> errors;

    private Expectation(boolean mustLive, int mayLive, String... errors) {
      this.patience = mayLive == ALL ? 0.5 : 1; // who is to be cut off may take longer until then
      this.mustLive = mustLive;
      this.mayLive = mayLive;
      this.errors = Arrays.asList(errors);
    }

    /** It is cut off; if there is a GOAWAY, with one of these errors. */
    static Expectation cutOff(String... errors) {
      return new Expectation(false, 0, errors);
    }

    /** The last one may have had no time for it. */
    static Expectation allButOneCutOff(String... errors) {
      return new Expectation(false, 1, errors);
    }

    private void check(Siege siege, List<String> violations) {
      if (mustLive && siege.cut() > 0) {
        violations.add("cut off");
      }
      if (siege.connections() - siege.cut() > mayLive) {
        violations.add(NOT_CUT_OFF);
      }
      for (String goAway : siege.goAways()) {
        if (!errors.isEmpty() && errors.stream().noneMatch(goAway::startsWith)) {
          violations.add("GOAWAY of " + goAway + ", not " + errors);
        }
      }
    }
  }

  private static final String NOT_CUT_OFF = "not cut off";
  private static final String NOT_GIVEN_BACK = "not given back: ";
  private static final String VICTIM_WAITED = "the victim waited for ";
  private static final String THREADS_GREW = "threads grew by ";

  static final Expectation CALMED = Expectation.cutOff("ENHANCE_YOUR_CALM");

  /** The server to attack, new. */
  AttackedServer newServer() throws Exception {
    return AttackedServer.start("-Xmx256m");
  }

  final AttackedServer server() throws Exception {
    if (server == null) {
      server = newServer();
    }
    return server;
  }

  @AfterAll
  final void stopServer() throws Exception {
    if (server != null) {
      server.close();
      server = null;
    }
  }

  /**
   * An attack. If nothing happened but that something took too long, or threads were added for
   * handlers that waited, it is made once more, and these bounds are multiplied by what the machine
   * takes longer now than a quiet one: it may have been busy with something else. An attack that
   * does harm does it again.
   */
  final void attack(String name, Expectation expectation, Siege.Plan plan) throws Exception {
    if (collected != null) {
      collected.put(name, plan);
      throw new TestAbortedException("its plan was all that was wanted");
    }
    List<String> violations = attackOnce(name, expectation, plan, 1);
    if (!violations.isEmpty() && violations.stream().allMatch(AttackTestBase::isOfTime)) {
      violations = attackOnce(name, expectation, plan, Machine.allowance());
    }
    assertEquals(Collections.emptyList(), violations, name);
  }

  /** The plans of all attacks of this class, by name, for other tests to follow. */
  final Map<String, Siege.Plan> plans() throws ReflectiveOperationException {
    collected = new TreeMap<>();
    int tests = 0;
    for (Method method : getClass().getDeclaredMethods()) {
      if (method.isAnnotationPresent(Test.class)) {
        method.setAccessible(true);
        collect(method);
        tests++;
      }
    }
    assertEquals(tests, collected.size(), "tests that have one attack each");
    return collected;
  }

  private void collect(Method test) throws ReflectiveOperationException {
    try {
      test.invoke(this);
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof TestAbortedException)) {
        throw e;
      }
    }
  }

  private static boolean isOfTime(String violation) {
    return violation.startsWith(VICTIM_WAITED)
        || violation.startsWith(NOT_GIVEN_BACK) // a leak is there the second time as well
        || violation.startsWith(THREADS_GREW) // handlers wait for a processor
        || violation.equals(NOT_CUT_OFF);
  }

  private List<String> attackOnce(
      String name, Expectation expectation, Siege.Plan plan, double allowance) throws Exception {
    List<String> violations = new ArrayList<>();
    boolean held = false;
    try {
      run(name, expectation, plan, allowance, violations);
      held = violations.isEmpty();
    } finally {
      if (!held) {
        stopServer();
      }
    }
    return violations;
  }

  private void run(
      String name,
      Expectation expectation,
      Siege.Plan plan,
      double allowance,
      List<String> violations)
      throws Exception {
    AttackedServer attacked = server();
    int logBefore = attacked.log().size();
    try (Victim victim = new Victim(attacked)) {
      ServerStats before = attacked.stats();
      Sampler sampler = new Sampler(attacked, before);
      try (Siege siege = new Siege(attacked.path(), expectation.patience * allowance)) {
        siege.follow(plan);
        sampler.stop(violations);
        if (siege.failure() != null) {
          violations.add("the attack itself failed: " + siege.failure());
        }
        expectation.check(siege, violations);
        checkRecovery(attacked, before, allowance, violations);
        victim.stop();
        checkCosts(victim, sampler, allowance, violations);
        checkLog(attacked.log().subList(logBefore, attacked.log().size()), violations);
        report(name, siege, victim, sampler, violations);
        if (!violations.isEmpty()) {
          keepLog(name, attacked.log());
        }
      }
    }
  }

  private static void checkRecovery(
      AttackedServer attacked, ServerStats before, double allowance, List<String> violations) {
    try {
      long millis = (long) (RECOVERY_MILLIS * allowance);
      ServerStats after = attacked.awaitLike(before, MAX_MEMORY_LEFT, millis);
      if (!after.isLike(before, MAX_MEMORY_LEFT)) {
        violations.add(NOT_GIVEN_BACK + after + "; before: " + before);
      }
    } catch (Exception | AssertionError e) {
      violations.add("no statistics afterwards");
    }
  }

  private static void checkCosts(
      Victim victim, Sampler sampler, double allowance, List<String> violations) {
    if (victim.failure() != null) {
      violations.add("the victim's call failed " + victim.failure());
    }
    if (victim.slowestMillis() >= MAX_VICTIM_MILLIS * allowance) {
      violations.add(VICTIM_WAITED + victim.slowestMillis() + " ms");
    }
    if (sampler.memoryGrowth() >= MAX_MEMORY_GROWTH) {
      violations.add("memory grew by " + megabytes(sampler.memoryGrowth()));
    }
    if (sampler.threadGrowth() >= MAX_THREAD_GROWTH * allowance) {
      violations.add(THREADS_GREW + sampler.threadGrowth());
    }
  }

  private static void checkLog(List<String> log, List<String> violations) {
    if (log.stream().anyMatch(line -> line.contains("OutOfMemoryError"))) {
      violations.add("OutOfMemoryError in the log");
    }
    if (log.size() > MAX_LOG_LINES_PER_10_SECONDS * (1 + Siege.SECONDS / 10)) {
      violations.add(log.size() + " lines of log");
    }
  }

  private static void report(
      String name, Siege siege, Victim victim, Sampler sampler, List<String> violations) {
    System.out.println(
        String.join(
            " | ",
            "attack",
            name,
            siege.outcome(),
            siege.timeToCut(),
            megabytes(sampler.memoryGrowth()),
            sampler.threadGrowth() + " threads",
            victim.slowestMillis() + " ms",
            violations.isEmpty() ? "ok" : String.join("; ", violations)));
  }

  private static void keepLog(String name, List<String> log) throws IOException {
    Path folder = Files.createDirectories(Paths.get("target", "attacks"));
    Path file = folder.resolve(name.replaceAll("[^A-Za-z0-9]+", "-") + ".log");
    Files.write(file, log, StandardCharsets.UTF_8);
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", ServerStats.mib(bytes));
  }

  /** Asks a server again and again what it holds. */
  private static final class Sampler {
    private final AttackedServer server;
    private final ServerStats before;
    private final Thread thread = new Thread(this::run, "sampler");
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopped;
    private volatile long memory;
    private volatile int threads;

    Sampler(AttackedServer server, ServerStats before) {
      this.server = server;
      this.before = before;
      thread.start();
    }

    private void run() {
      try {
        while (!stopped) {
          sample();
          Thread.sleep(SAMPLE_MILLIS);
        }
        sample();
      } catch (Exception | AssertionError e) {
        failure.set(e);
      }
    }

    private void sample() throws Exception {
      ServerStats now = server.stats();
      memory = Math.max(memory, now.memory() - before.memory());
      threads = Math.max(threads, now.threads - before.threads);
    }

    /** What it has seen, the end included. */
    void stop(List<String> violations) throws InterruptedException {
      stopped = true;
      thread.join();
      if (failure.get() != null) {
        violations.add("no statistics: " + failure.get().getClass().getSimpleName());
      }
    }

    long memoryGrowth() {
      return memory;
    }

    int threadGrowth() {
      return threads;
    }
  }
}
