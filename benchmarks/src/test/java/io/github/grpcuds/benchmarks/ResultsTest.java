package io.github.grpcuds.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import org.junit.jupiter.api.Test;

class ResultsTest {
  private static final Row ROW = Row.PING_PONG;

  private final Results results = new Results(Peer.NETTY_UDS);

  private void measured(int round, Peer peer, double p50) {
    results.add(Measurement.of(round, ROW, peer, Collections.singletonMap(Metric.P50.id, p50)));
  }

  @Test
  void ratiosAreThoseWithinEachRound() {
    measured(1, Peer.NETTY_UDS, 100);
    measured(2, Peer.NETTY_UDS, 1000);
    measured(3, Peer.NETTY_UDS, 10);
    measured(1, Peer.UDS_JDK, 50);
    measured(2, Peer.UDS_JDK, 400);
    measured(3, Peer.UDS_JDK, 6);

    Spread ratios = results.ratios(ROW, Peer.UDS_JDK, Metric.P50).get();

    assertEquals(0.5, ratios.median, 1e-9);
    assertEquals(0.4, ratios.least, 1e-9);
    assertEquals(0.6, ratios.most, 1e-9);
    assertEquals(50, results.values(ROW, Peer.UDS_JDK, Metric.P50).get().median);
  }

  @Test
  void roundsInWhichTheYardstickFailedHaveNoRatio() {
    results.add(Measurement.failed(1, ROW, Peer.NETTY_UDS, "gone"));
    measured(1, Peer.UDS_JDK, 50);

    assertFalse(results.ratios(ROW, Peer.UDS_JDK, Metric.P50).isPresent());
    assertEquals(Collections.singletonList("gone"), results.failures(ROW, Peer.NETTY_UDS));
  }

  @Test
  void tableHasMedianRatioAndSpread() {
    measured(1, Peer.NETTY_UDS, 100);
    measured(1, Peer.UDS_JDK, 50);
    results.add(Measurement.failed(1, ROW, Peer.UDS_JNR, "no | backend"));
    CompareOptions options =
        CompareOptions.parse("--rows", "ping-pong", "--transports", "netty-uds,uds-jdk,uds-jnr");

    String table = new Table(options, results).markdown();

    String expected =
        "| ping-pong p50 | us | 100.0 | 50.0 (0.50x, 0.50-0.50) | failed: no / backend |\n";
    assertTrue(table.contains(expected), table);
  }

  @Test
  void medianOfAnEvenNumberIsBetweenTheMiddleOnes() {
    assertEquals(2.5, Spread.of(java.util.stream.DoubleStream.of(9, 1, 2, 3)).median);
  }
}
