package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.testkit.FreshClasses;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which of the client's guards are there with this version of gRPC, and with one that differs. */
class ClientGuardsTest {
  private static final String PACKAGE = UdsChannelBuilder.class.getPackage().getName();

  @RegisterExtension final Sockets sockets = new Sockets();

  @Test
  void allAreThere() throws Exception {
    Method missing = Class.forName(PACKAGE + ".ClientGuard").getDeclaredMethod("missing");
    missing.setAccessible(true);
    assertEquals(Collections.emptySet(), missing.invoke(null));
  }

  /** Calls of all kinds work without it, and the log says so once. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "io.grpc.okhttp.OkHttpClientTransport$ClientFrameHandler"
            + "|CANCELLED_CALLS, INBOUND_FRAMES, LOST_CALLS, SMALL_MESSAGES",
        "io.grpc.okhttp.OkHttpClientTransport"
            + "|CANCELLED_CALLS, INBOUND_FRAMES, LOST_CALLS, SMALL_MESSAGES",
        "io.grpc.okhttp.AsyncSink$LimitControlFramesWriter"
            + "|CANCELLED_CALLS, INBOUND_FRAMES, LOST_CALLS, SMALL_MESSAGES",
        "io.grpc.okhttp.internal.framed.Http2$Reader|INBOUND_FRAMES, LOST_CALLS, SMALL_MESSAGES",
        "io.grpc.internal.MessageDeframer|SMALL_MESSAGES",
        "io.grpc.okhttp.OkHttpClientStream$TransportState|RESET_CALLS",
        "io.grpc.okhttp.OkHttpChannelBuilder$OkHttpTransportFactory"
            + "|RESET_CALLS, CONNECT_TIME, ONE_WRITE",
      })
  void thoseThatMissAClassAreMissing(String hidden, String missing) throws Exception {
    List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    Handler handler = new Warnings(warnings);
    Logger logger = Logger.getLogger(PACKAGE);
    logger.addHandler(handler);
    try {
      String path = sockets.path("s");
      sockets.serve(path, new ByteEcho());
      FreshClasses library = new FreshClasses(UdsChannelBuilder.class, hidden);
      for (int i = 0; i < 2; i++) {
        ByteEcho.callInEveryKind(channel(library, path), 10);
      }
      assertEquals(
          Collections.singletonList(
              "grpc-okhttp differs from the versions that this client knows: it works, but without"
                  + " ["
                  + missing
                  + "]"),
          warnings);
    } finally {
      logger.removeHandler(handler);
    }
  }

  private ManagedChannel channel(FreshClasses library, String path) throws Exception {
    Object builder =
        library
            .loadClass(UdsChannelBuilder.class.getName())
            .getMethod("forPath", String.class)
            .invoke(null, path);
    return sockets.add(((ManagedChannelBuilder<?>) builder).build());
  }

  private static final class Warnings extends Handler {
    private final List<String> texts;

    Warnings(List<String> texts) {
      this.texts = texts;
    }

    @Override
    public void publish(LogRecord line) {
      if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
        texts.add(new SimpleFormatter().formatMessage(line));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
