package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeferredRunsTest {
  private final FakeConnection first = new FakeConnection();
  private final FakeConnection second = new FakeConnection();
  private final List<String> ran = new ArrayList<>();
  private final DeferredRuns runs = new DeferredRuns();

  DeferredRunsTest() {
    first.add(() -> ran.add("first"));
    second.add(() -> ran.add("second"));
    first.pool.clear(); // put off by the test instead
    second.pool.clear();
  }

  @Test
  void callsWriterRunsAtTheEndOfTheMethod() {
    runs.enterCall();
    assertTrue(runs.offer(first.writer));
    assertTrue(runs.offer(second.writer));
    assertEquals(Collections.emptyList(), ran);
    runs.leaveCall();
    assertEquals(Arrays.asList("first", "second"), ran);
  }

  @Test
  void nothingIsPutOffOutsideACall() {
    assertFalse(runs.offer(first.writer));
  }

  @Test
  void innerCallLeavesWhatWasPutOffToThePool() {
    runs.enterCall();
    assertTrue(runs.offer(first.writer));
    runs.enterCall();
    assertEquals(1, first.pool.size());
    assertFalse(runs.offer(second.writer));
    runs.leaveCall();
    runs.leaveCall();
    assertEquals(Collections.emptyList(), ran);
    first.runPool();
    assertEquals(Collections.singletonList("first"), ran);
  }

  @Test
  void readersWriterRunsBeforeItReadsOn() {
    runs.beginBatch(first.writer);
    assertTrue(runs.offer(first.writer));
    runs.enterCall();
    runs.leaveCall();
    assertEquals(Collections.emptyList(), ran);
    runs.endBatch();
    assertEquals(Collections.singletonList("first"), ran);
    assertFalse(runs.offer(first.writer));
  }

  @Test
  void readersCallOnAnotherConnectionLeavesItsWriterToThePool() {
    runs.beginBatch(first.writer);
    assertTrue(runs.offer(first.writer));
    runs.enterCall();
    assertTrue(runs.offer(second.writer));
    assertEquals(1, first.pool.size());
    runs.leaveCall();
    assertEquals(Collections.singletonList("second"), ran);
    runs.endBatch();
    assertEquals(Collections.singletonList("second"), ran);
  }

  @Test
  void writerThatThrowsAnErrorKeepsNoOtherBack() {
    FakeConnection broken = new FakeConnection();
    broken.add(
        () -> {
          throw new LinkageError("by the test");
        });
    runs.enterCall();
    runs.offer(broken.writer);
    runs.offer(first.writer);
    assertThrows(LinkageError.class, runs::leaveCall);
    first.runPool();
    assertEquals(Collections.singletonList("first"), ran);
  }

  @Test
  void writerRunsAtTheEndOfAReadersTask() {
    runs.runTask(
        () -> {
          runs.beginBatch(first.writer);
          runs.offer(first.writer);
        });
    assertEquals(Collections.singletonList("first"), ran);
  }
}
