package io.github.grpcuds.http2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class DynamicTableTest {
  private final DynamicTable table = new DynamicTable(200);

  @Test
  void newestIsFirstAndTheOldestLeaves() {
    for (int i = 0; i < 100; i++) {
      add("n" + i % 10, "v");
    }
    assertEquals("[n9: v, n8: v, n7: v, n6: v, n5: v]", Blocks.fields(table).toString());
    assertEquals(5 * 35, table.bytes());
  }

  @Test
  void entryAsLargeAsTheTableIsKeptAlone() {
    add("n", "v");
    table.add(new byte[100], new byte[68]);
    assertEquals(1, table.length());
    assertEquals(200, table.bytes());
    table.add(new byte[100], new byte[69]);
    assertEquals(0, table.length());
    assertEquals(0, table.bytes());
  }

  @Test
  void fieldsAreFoundByTheIdentityOfTheirNameAndByTheirValue() {
    byte[] name = {'n'};
    table.add(name, Blocks.ascii("1"));
    table.add(name, Blocks.ascii("2"));
    assertEquals(1, table.find(name, Blocks.ascii("1")));
    assertEquals(0, table.find(name, Blocks.ascii("2")));
    assertEquals(-1, table.find(name, Blocks.ascii("3")));
    assertEquals(0, table.findName(name));
    assertEquals(-1, table.findName(new byte[] {'n'}));
  }

  @Test
  void behavesLikeAQueue() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Deque<byte[][]> model = new ArrayDeque<>();
    int max = 200;
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(50) == 0) {
        max = random.nextInt(10) == 0 ? 0 : random.nextInt(5000);
        table.resize(max);
      } else {
        byte[][] field = {new byte[random.nextInt(10)], new byte[random.nextInt(40)]};
        table.add(field[0], field[1]);
        model.addFirst(field);
      }
      while (bytes(model) > max) {
        model.removeLast();
      }
      assertSameFields(model, "seed " + seed + ", step " + step);
    }
  }

  private void assertSameFields(Deque<byte[][]> model, String message) {
    assertEquals(model.size(), table.length(), message);
    assertEquals(bytes(model), table.bytes(), message);
    List<byte[][]> fields = new ArrayList<>(model);
    for (int i = 0; i < fields.size(); i++) {
      assertSame(fields.get(i)[0], table.name(i), message);
      assertSame(fields.get(i)[1], table.value(i), message);
    }
  }

  private static int bytes(Deque<byte[][]> fields) {
    int bytes = 0;
    for (byte[][] field : fields) {
      bytes += field[0].length + field[1].length + 32;
    }
    return bytes;
  }

  private void add(String name, String value) {
    table.add(Blocks.ascii(name), Blocks.ascii(value));
  }
}
