package io.github.grpcuds.it;

import io.github.grpcuds.testkit.ChildProcess;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** grpcio, whose HTTP/2 and sockets are gRPC's C core. */
class PythonPeerTest extends EchoPeerTest {
  private static String python;

  /** Debian's own Python first: its package python3-grpcio is the easiest to come by. */
  @BeforeAll
  static void findPython() throws Exception {
    List<String> reasons = new ArrayList<>();
    for (String candidate : Arrays.asList("/usr/bin/python3", "python3")) {
      String reason = whyNoGrpcIn(candidate);
      if (reason == null) {
        python = candidate;
        return;
      }
      reasons.add(candidate + ": " + reason);
    }
    Assumptions.abort("no Python with grpcio: " + reasons);
  }

  private static String whyNoGrpcIn(String candidate) throws InterruptedException {
    try (ChildProcess child = ChildProcess.start(Arrays.asList(candidate, "-c", "import grpc"))) {
      return child.awaitExit() == 0 ? null : child.output().toString();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  @Override
  List<String> program() {
    try {
      return Arrays.asList(
          python, Paths.get(PythonPeerTest.class.getResource("/echo.py").toURI()).toString());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
