package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import org.junit.jupiter.api.Test;

class ClientGuardTest {
  @Test
  void allAreThereWithTheGrpcOkHttpOfTheBuild() {
    assertEquals(Collections.emptySet(), ClientGuard.missing());
    for (ClientGuard guard : ClientGuard.values()) {
      assertTrue(guard.isThere(), guard::name);
    }
  }
}
