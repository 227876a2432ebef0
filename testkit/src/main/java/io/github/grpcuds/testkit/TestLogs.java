package io.github.grpcuds.testkit;

import java.util.logging.Handler;
import java.util.logging.Logger;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Keeps what is logged out of the build's output, as tests of failures log many: it goes to
 * target/test-logs.txt, and is printed if the test fails. JUnit finds this class by its
 * ServiceLoader in every module that has the test kit.
 */
public final class TestLogs implements TestExecutionListener {
  private final Logger root = Logger.getLogger("");
  private final TestLogHandler handler = new TestLogHandler();

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    for (Handler console : root.getHandlers()) {
      root.removeHandler(console);
    }
    root.addHandler(handler);
  }

  @Override
  public void executionStarted(TestIdentifier id) {
    if (id.isTest()) {
      handler.begin(id.getLegacyReportingName() + " of " + id.getUniqueId());
    }
  }

  @Override
  public void executionFinished(TestIdentifier id, TestExecutionResult result) {
    String logged = handler.current();
    if (result.getStatus() == TestExecutionResult.Status.FAILED && !logged.isEmpty()) {
      System.out.println("Logged during " + id.getDisplayName() + ":\n" + logged);
    }
  }
}
