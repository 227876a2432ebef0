package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.proto.GreeterGrpc;
import io.github.grpcuds.proto.HelloRequest;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.SocketFileOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What operators can read of a server's normal life. */
class ServerLogTest {
  private static final Logger LOGGER = Logger.getLogger("io.github.grpcuds.server");
  private static final Logger ALL = Logger.getLogger("io.github.grpcuds");

  @RegisterExtension final Sockets sockets = new Sockets();

  private final Lines lines = new Lines();
  private Level before;
  private String path;

  @BeforeEach
  void listen() {
    path = sockets.path("s");
    before = LOGGER.getLevel();
    LOGGER.setLevel(Level.FINE);
    ALL.addHandler(lines);
  }

  @AfterEach
  void stopListening() {
    ALL.removeHandler(lines);
    LOGGER.setLevel(before);
  }

  @Test
  void startConnectionAndStopAreTold() throws Exception {
    Server server =
        sockets.start(
            UdsServerBuilder.forPath(path)
                .socketFile(SocketFileOptions.defaults().mode(0660))
                .maxConnections(7)
                .addService(new EchoGreeter()));
    String started = lines.next("INFO: Serving unix:" + path);
    String owner = Files.getOwner(Paths.get(path)).getName();
    for (String part :
        new String[] {
          "(mode rw-rw----, owner " + owner + ", group ",
          ", backend ",
          "plain text",
          "peer policy: any user",
          "connections 7, backlog 1024"
        }) {
      assertTrue(started.contains(part), () -> part + " is not in " + started);
    }
    ManagedChannel channel = sockets.channel(path);
    GreeterGrpc.newBlockingStub(channel).sayHello(HelloRequest.newBuilder().setName("Ann").build());
    lines.next("FINE: Connected to unix:" + path + " peer ");
    server.shutdown();
    lines.next("INFO: Stopping unix:" + path + ": it accepts no more connections, 1 open");
    channel.shutdownNow();
    lines.next("FINE: Disconnected from unix:" + path + " peer ");
    lines.next("INFO: Stopped unix:" + path);
  }

  @Test
  void socketThatIsTakenOverIsTold() throws Exception {
    SocketFileOptions kept = SocketFileOptions.defaults().deleteOnClose(false);
    UdsServerBuilder.forPath(path).socketFile(kept).build().start().shutdownNow();
    lines.next("INFO: Stopped unix:" + path);
    sockets.serve(path, new EchoGreeter());
    lines.next("INFO: Replaced unix:" + path + ", the socket of a server that is gone");
  }

  @Test
  void policyThatLetsNobodyInKeepsTheServerFromStarting() throws Exception {
    Server server =
        UdsServerBuilder.forPath(path).peerPolicy(PeerPolicy.user("nobody-of-that-name")).build();
    IOException e = assertThrows(IOException.class, server::start);
    assertEquals(
        "Cannot serve unix:"
            + path
            + ": its peerPolicy lets nobody connect: there is no user nobody-of-that-name",
        e.getMessage());
    assertFalse(Files.exists(Paths.get(path)));
  }

  private static final class Lines extends Handler {
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    Lines() {
      setLevel(Level.ALL);
      setFormatter(new SimpleFormatter());
    }

    /** The next line that begins like this; those before it are passed over. */
    String next(String start) throws InterruptedException {
      StringBuilder passed = new StringBuilder();
      while (true) {
        String line = lines.poll(10, TimeUnit.SECONDS);
        assertNotNull(line, () -> "no line \"" + start + "\", but " + passed);
        if (line.startsWith(start)) {
          return line;
        }
        passed.append(line).append('\n');
      }
    }

    @Override
    public void publish(LogRecord entry) {
      if (isLoggable(entry)) {
        lines.add(entry.getLevel() + ": " + getFormatter().formatMessage(entry));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
