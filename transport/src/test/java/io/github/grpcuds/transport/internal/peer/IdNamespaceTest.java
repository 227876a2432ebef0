package io.github.grpcuds.transport.internal.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;

final class IdNamespaceTest {
  @Test
  void whereAllAreMappedEachIdIsItself() {
    IdNamespace all =
        IdNamespace.of(Collections.singletonList("         0          0 4294967295"), 65534);
    assertEquals(65534, all.known(65534));
    assertEquals(0, all.known(0));
    assertEquals(-2, all.known(-2));
  }

  @Test
  void whereSomeAreNotTheirCommonIdIsNobodys() {
    IdNamespace some =
        IdNamespace.of(Arrays.asList(" 0 1000 1", "         1     100000      65536"), 65534);
    assertNull(some.known(65534));
    assertEquals(0, some.known(0));
    assertEquals(65535, some.known(65535));
  }

  @Test
  void allBitsSetAreNobody() {
    assertNull(new IdNamespace(true, 65534).known(-1));
  }
}
