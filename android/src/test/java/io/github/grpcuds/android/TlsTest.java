package io.github.grpcuds.android;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.android.platform.Dalvik;
import io.github.grpcuds.testkit.ChildJvm;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS by Conscrypt on Android's sockets, at both ends. */
class TlsTest {
  @TempDir Path dir;

  @Test
  void conscryptSecuresBothEnds() throws Exception {
    String printed =
        new ChildJvm(Dalvik.class)
            .options("--add-opens=java.base/java.io=ALL-UNNAMED")
            .run(TlsApp.class.getName(), dir.resolve("s"));
    assertPrinted(printed, "socket: org.conscrypt.ConscryptEngineSocket\n");
    assertPrinted(printed, "server: TLSv1.3 of org.conscrypt\n");
    assertPrinted(printed, "client: TLSv1.3 of org.conscrypt\n");
    assertPrinted(printed, "unary: hello\n");
    assertPrinted(printed, "streamed: 5\n");
    assertPrinted(printed, "known: 6291456\n");
    assertPrinted(printed, "unknown client: UNAVAILABLE: ");
    assertPrinted(printed, "unknown server: UNAVAILABLE: ");
    assertPrinted(printed, "plain text: UNAVAILABLE: ");
    assertFalse(printed.contains("Exception in thread"), printed);
  }

  private static void assertPrinted(String printed, String part) {
    assertTrue(printed.contains(part), () -> "\"" + part + "\" is not in: " + printed);
  }
}
