package io.github.grpcuds.transport.internal.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.transport.UdsAddress;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public final class AcceptRetryTest {
  private static final UdsAddress ADDRESS = UdsAddress.ofPath("/run/app.sock");

  private final Logger logger = Logger.getLogger(AcceptRetry.class.getName());
  private final List<String> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private final AcceptRetry retry = new AcceptRetry();

  @BeforeEach
  void captureLog() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void releaseLog() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  @Test
  void shortagesAreWaitedOutAndLoggedOnce() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertNull(retry.accept(new Failing(), ADDRESS));
    }
    assertEquals(1, logged.size());
    assertTrue(logged.get(0).contains(ADDRESS.toString()), logged.get(0));
    assertTrue(logged.get(0).contains("Too many open files"), logged.get(0));
  }

  /** So the JDK's own does when it has no descriptor for the file of the time zones. */
  @Test
  void logThatFailsEndsNothing() throws Exception {
    Handler broken =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            throw new NoClassDefFoundError("Could not initialize class ZoneInfoFile");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(broken);
    try {
      assertNull(retry.accept(new Failing(), ADDRESS));
    } finally {
      logger.removeHandler(broken);
    }
  }

  @Test
  void closeEndsTheWaitOfALongShortage() throws Exception {
    Background<Void> accepting =
        Background.start(
            "acceptor",
            () -> {
              while (true) {
                retry.accept(new Failing(), ADDRESS);
              }
            });
    accepting.awaitInside("sleep");
    retry.cancel();
    Throwable e = accepting.failure();
    assertTrue(
        e instanceof SocketException && e.getMessage().equals("Socket closed"), e.toString());
  }

  @Test
  void errorsAfterTheCloseAreTheClose() {
    retry.cancel();
    IOException e = assertThrows(IOException.class, () -> retry.accept(new Failing(), ADDRESS));
    assertEquals("Socket closed", e.getMessage());
    assertEquals(0, logged.size());
  }

  /** A listener in a process that is out of descriptors. */
  public static final class Failing implements UdsListener {
    @Override
    public UdsChannel accept() throws IOException {
      throw new IOException("Too many open files");
    }

    @Override
    public boolean awaitAcceptable(long timeoutMillis) {
      return true;
    }

    @Override
    public Poller newPoller() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String backend() {
      return "failing";
    }

    @Override
    public void close() {}
  }
}
