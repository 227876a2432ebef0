package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class StreamTableTest {
  private final StreamTable table = new StreamTable();

  @Test
  void behavesAsAMap() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<Integer, Http2Stream> model = new HashMap<>();
    for (int i = 0; i < 200_000; i++) {
      boolean filling = i / 5000 % 2 == 0;
      int id = 1 + random.nextInt(1000);
      Http2Stream stream = model.get(id);
      assertSame(stream, table.get(id), "seed " + seed + ", stream " + id);
      if (stream == null && (filling || random.nextInt(8) == 0)) {
        stream = new Http2Stream(id);
        model.put(id, stream);
        table.add(stream);
      } else if (stream != null && (!filling || random.nextInt(8) == 0)) {
        model.remove(id);
        table.remove(stream);
      }
      assertEquals(model.size(), table.size(), "seed " + seed);
    }
    assertEquals(new HashSet<>(model.values()), new HashSet<>(table.all()), "seed " + seed);
  }

  @Test
  void removesOnlyTheStreamItself() {
    Http2Stream stream = new Http2Stream(1);
    table.add(stream);
    table.remove(new Http2Stream(1));
    assertSame(stream, table.get(1));
  }

  @Test
  void tenThousandNeighboursComeAndGoFast() {
    ArrayDeque<Http2Stream> open = new ArrayDeque<>();
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          for (int id = 1; id < 2_000_000; id += 2) {
            Http2Stream stream = new Http2Stream(id);
            open.add(stream);
            table.add(stream);
            if (open.size() == 10_000) {
              table.remove(open.poll());
            }
          }
        });
    assertEquals(9_999, table.size());
  }
}
