package io.github.grpcuds.android.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import android.net.LocalSocket;
import android.net.LocalSocketAddress;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.backend.Backends;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class AndroidBackendTest {
  /** The other tests are skipped without it. */
  @Test
  void isTheBackendOfAndroid() throws Exception {
    assertEquals(Collections.singletonList("android"), Backends.names());
    assertEquals(AndroidBackend.class, Backends.choose(UdsAddress.ofPath("/s")).getClass());
    assertNotNull(Backends.named("android"));
  }

  /** Why connects are bounded by other means. */
  @Test
  void localSocketHasNoConnectTimeout() {
    LocalSocketAddress address = new LocalSocketAddress("nobody");
    assertThrows(
        UnsupportedOperationException.class, () -> new LocalSocket().connect(address, 100));
  }
}
