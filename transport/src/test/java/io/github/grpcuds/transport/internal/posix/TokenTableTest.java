package io.github.grpcuds.transport.internal.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(OS.WINDOWS)
final class TokenTableTest {
  private final TokenTable table = new TokenTable();

  @Test
  void tokenOfARemovedWatchFindsNobodyWhenItsSlotIsTaken() {
    PosixWatch old = added();
    table.remove(old);
    assertNull(table.get(old.token));
    PosixWatch fresh = added();
    assertEquals((int) old.token, (int) fresh.token);
    assertNull(table.get(old.token));
    assertSame(fresh, table.get(fresh.token));
  }

  @Test
  void findsEachOfManyWhateverComesAndGoes() {
    Random random = new Random(1);
    List<PosixWatch> watches = new ArrayList<>();
    Set<Long> tokens = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      if (watches.isEmpty() || random.nextInt(5) > 1) {
        PosixWatch watch = added();
        assertTrue(tokens.add(watch.token), "token used twice: " + watch.token);
        watches.add(watch);
      } else {
        table.remove(watches.remove(random.nextInt(watches.size())));
      }
    }
    for (PosixWatch watch : watches) {
      assertSame(watch, table.get(watch.token));
    }
  }

  private PosixWatch added() {
    PosixWatch watch = new PosixWatch(null, 0, null);
    table.add(watch);
    return watch;
  }
}
