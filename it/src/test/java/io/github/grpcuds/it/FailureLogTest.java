package io.github.grpcuds.it;

import static io.github.grpcuds.it.EngineServer.ECHO;
import static io.github.grpcuds.it.EngineServer.RAW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client can have the server log. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailureLogTest {
  private static final int CALLS = 500;
  private static final byte[] MESSAGE = ByteEcho.random(10);

  @RegisterExtension final EngineServer server = new EngineServer();

  private final Queue<LogRecord> logged = new ConcurrentLinkedQueue<>();
  private final Logger root = Logger.getLogger("");
  private Handler[] others;

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    others = root.getHandlers();
    for (Handler other : others) {
      root.removeHandler(other);
    }
    root.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    root.removeHandler(handler);
    for (Handler other : others) {
      root.addHandler(other);
    }
  }

  /** Cannot be decoded, and the failure repeats what the client sent. */
  private static final class Undecodable implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw Status.INTERNAL
          .withDescription("Invalid protobuf byte sequence: \r\nSEVERE: forged \u001b[31m")
          .asRuntimeException();
    }
  }

  private void start(boolean direct) throws Exception {
    MethodDescriptor<byte[], byte[]> method =
        ByteEcho.ECHO.toBuilder(new Undecodable(), ByteEcho.ECHO.getResponseMarshaller())
            .setFullMethodName(RAW)
            .build();
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("test.Raw")
            .addMethod(
                method,
                ServerCalls.asyncUnaryCall(
                    (byte[] request, StreamObserver<byte[]> replies) -> replies.onCompleted()))
            .build();
    server.start(
        direct
            ? server.builder().addService(service).directExecutor()
            : server.builder().addService(service));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messagesThatCannotBeDecodedDoNotFloodTheLog(boolean direct) throws Exception {
    start(direct);
    Http2Peer peer = server.connect();
    for (int i = 0; i < CALLS; i++) {
      assertEquals("2", peer.call(RAW, MESSAGE).grpcStatus());
    }
    peer.call(ECHO, MESSAGE).assertOk(MESSAGE);
    assertTrue(logged.size() >= 1, "nothing logged");
    assertTrue(logged.size() <= CALLS / 10, "logged " + logged.size());
    for (LogRecord entry : logged) {
      String text = entry.getMessage() + entry.getThrown();
      assertTrue(text.chars().allMatch(c -> c >= ' '), text);
    }
  }

  @Test
  void whatAClientIsCutOffForIsOneLineWithoutItsControls() throws Exception {
    server.start();
    Http2Peer peer = server.open();
    peer.write(
        "GET /\r\nSEVERE: forged \u001b[31m HTTP/1.1\r\n\r\n"
            .getBytes(StandardCharsets.ISO_8859_1));
    peer.awaitClose();
    while (logged.isEmpty()) {
      Thread.sleep(1); // the test's own limit ends it
    }
    for (LogRecord entry : logged) {
      assertTrue(entry.getMessage().chars().allMatch(c -> c >= ' '), entry.getMessage());
    }
  }
}
