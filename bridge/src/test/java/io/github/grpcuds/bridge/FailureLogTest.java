package io.github.grpcuds.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailureLogTest {
  private static final Status GONE = Status.UNAVAILABLE.withDescription("gone");

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // nanoTime may wrap around
  private final List<String> lines = new ArrayList<>();
  private final FailureLog log = new FailureLog("unix:/x", now::get, lines::add);

  @Test
  void firstFailureIsToldAtOnceAndTheOthersAreCounted() {
    log.failed(GONE);
    log.failed(GONE);
    log.failed(GONE);
    now.addAndGet(TimeUnit.SECONDS.toNanos(10));
    log.failed(GONE.withCause(new IllegalStateException("why")));
    assertEquals(
        Arrays.asList(
            "a call to unix:/x failed: gone",
            "a call to unix:/x failed: gone: java.lang.IllegalStateException: why"
                + " (and 2 before it)"),
        lines);
  }
}
