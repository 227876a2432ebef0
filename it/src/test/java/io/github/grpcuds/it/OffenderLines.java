package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.github.grpcuds.testkit.Deadline;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What servers of this process log of peers that broke the rules, during one test. */
final class OffenderLines extends Handler implements BeforeEachCallback, AfterEachCallback {
  private static final Logger LOGGER = Logger.getLogger("io.github.grpcuds.server.RateLimitedLog");

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  @Override
  public void beforeEach(ExtensionContext context) {
    LOGGER.addHandler(this);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    LOGGER.removeHandler(this);
  }

  /** The next line, which may still have to be written. */
  String next() throws InterruptedException {
    String line = lines.poll(Deadline.SECONDS, TimeUnit.SECONDS);
    assertNotNull(line, "nothing logged");
    return line;
  }

  /** How many lines have not been taken. */
  int count() {
    return lines.size();
  }

  @Override
  public void publish(LogRecord entry) {
    lines.add(entry.getMessage());
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
