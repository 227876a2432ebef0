package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the log says of a client that is cut off. */
@Tag("long")
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class OffenderLogTest {
  private static final int OFFENCES = 20;
  private static final int MAX_LINES = 3;

  @Test
  void offenderIsNamedAndNotForEachOffence() throws Exception {
    try (AttackedServer server = AttackedServer.start("-Xmx256m")) {
      for (int i = 0; i < OFFENCES; i++) {
        offend(server.path());
      }
      String name = nameOfThisProcess(server.path());
      Await.until(
          () -> !linesOf(server, name).isEmpty(), () -> "no \"" + name + "\" in " + server.log());
      List<String> lines = linesOf(server, name);
      System.out.println("hard times | log of " + OFFENCES + " offences | " + lines);
      assertTrue(lines.size() <= MAX_LINES, () -> "lines of log: " + lines);
    }
  }

  private static List<String> linesOf(AttackedServer server, String name) {
    return server.log().stream().filter(line -> line.contains(name)).collect(Collectors.toList());
  }

  private static void offend(String path) throws IOException, InterruptedException {
    byte[] pings = RawFrames.times(1000, RawFrames.frame(Http2Frame.PING, 0, 0, new byte[8]));
    try (RawAttacker attacker = new RawAttacker(path)) {
      attacker.read().greet();
      Deadline deadline = Deadline.start();
      while (!attacker.isCut()) {
        deadline.check(() -> "not cut off");
        attacker.write(pings);
      }
    } catch (IOException e) {
      // cut off while it wrote
    }
  }

  /** As the backend of the server knows it, which is the one in use here. */
  private static String nameOfThisProcess(String path) throws IOException {
    try (Socket socket =
        new UdsSocketFactory(UdsAddress.ofPath(path)).createSocket("localhost", 0)) {
      PeerCredentials server = PeerCredentials.of(socket);
      if (server.pid() == null) {
        return "user=" + server.user();
      }
      String process = ManagementFactory.getRuntimeMXBean().getName(); // pid@host, on every JDK
      return "pid=" + process.substring(0, process.indexOf('@')) + " uid=" + server.uid();
    }
  }
}
