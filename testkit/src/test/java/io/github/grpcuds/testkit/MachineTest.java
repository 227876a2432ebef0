package io.github.grpcuds.testkit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MachineTest {
  @Test
  void othersThatAreBusyAreSeen() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<Background<Void>> others = new ArrayList<>();
    for (int i = 0; i < 3 * Runtime.getRuntime().availableProcessors(); i++) {
      others.add(Background.start("other " + i, () -> spin(over)));
    }
    double slowness = Machine.slowness();
    over.set(true);
    for (Background<Void> other : others) {
      other.result();
    }
    assertTrue(slowness > 1.8, "of four threads a processor, one takes so many times: " + slowness);
  }

  private static Void spin(AtomicBoolean over) {
    while (!over.get()) {}
    return null;
  }

  @Test
  void noMachineIsAMillionTimesAsSlow() {
    assertTrue(Machine.isWithin(99, 100));
    assertFalse(Machine.isWithin(1_000_000_000, 100));
  }
}
