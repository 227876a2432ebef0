package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One thread gives input while another takes output. */
class TlsThreadsTest {
  private static final int LENGTH = 8_000_000;
  private static final long LIMIT_SECONDS = 60;

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void inputAndOutputAtTheSameTime(String protocol) throws Exception {
    TlsPair pair =
        new TlsPair(
            TlsPair.client(TlsPair.clientContext("server", null), protocol, "h2"),
            TlsCredentials.read(TlsPair.credentials("server")).newFilter());
    pair.handshake();
    byte[] up = new byte[LENGTH];
    byte[] down = new byte[LENGTH];
    new Random(1).nextBytes(up);
    new Random(2).nextBytes(down);
    pair.clientSends(up);
    byte[] records = pair.toServer.toByteArray();
    pair.toServer.reset();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      ByteArrayOutputStream received = new ByteArrayOutputStream();
      Future<?> reader = threads.submit(() -> read(pair.server, records, received));
      Future<?> writer = threads.submit(() -> write(pair, down));
      reader.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      writer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertArrayEquals(up, received.toByteArray());
    } finally {
      threads.shutdownNow();
      assertTrue(threads.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS), "threads end");
    }
    pair.exchange();
    assertArrayEquals(down, pair.atClient.toByteArray());
  }

  private static Void read(ByteFilter filter, byte[] records, ByteArrayOutputStream received)
      throws Exception {
    Random random = new Random(3);
    int offset = 0;
    while (offset < records.length) {
      int length = 1 + random.nextInt(Math.min(records.length - offset, 20_000));
      filter.input(records, offset, length, received::write);
      if (filter.takeTask() != null) {
        throw new AssertionError("a task after the handshake");
      }
      offset += length;
    }
    return null;
  }

  private static Void write(TlsPair pair, byte[] bytes) throws Exception {
    pair.serverSends(bytes);
    return null;
  }
}
