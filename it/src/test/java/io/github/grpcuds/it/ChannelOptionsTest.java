package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Options of a channel in plain text that grpc-okhttp's transports have to know. */
class ChannelOptionsTest {
  @RegisterExtension final Sockets sockets = new Sockets();

  private UdsChannelBuilder builder;

  @BeforeEach
  void startServer() throws Exception {
    String path = sockets.path("s");
    sockets.serve(path, new ByteEcho());
    builder = UdsChannelBuilder.forPath(path);
  }

  private Status failure(int messageBytes) {
    ManagedChannel channel = sockets.open(builder);
    return assertThrows(
            StatusRuntimeException.class, () -> ByteEcho.echo(channel, new byte[messageBytes]))
        .getStatus();
  }

  @Test
  void messagesAreLimitedByDefault() {
    Status status = failure((4 << 20) + 1);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status.toString());
  }

  @Test
  void messagesAreLimited() {
    builder.maxInboundMessageSize(10);
    Status status = failure(11);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status.toString());
    assertTrue(status.getDescription().contains("10"), status.toString());
  }

  @Test
  void messagesUpToTheLimitPass() {
    builder.maxInboundMessageSize(10);
    assertEquals(10, ByteEcho.echo(sockets.open(builder), new byte[10]).length);
  }

  @Test
  void metadataIsLimited() {
    builder.maxInboundMetadataSize(10);
    Status status = failure(1);
    assertTrue(status.getDescription().contains("metadata"), status.toString());
  }

  @Test
  void timesOfKeepAliveHaveToBePositive() {
    assertThrows(IllegalArgumentException.class, () -> builder.keepAliveTime(0, TimeUnit.SECONDS));
    assertThrows(
        IllegalArgumentException.class, () -> builder.keepAliveTimeout(-1, TimeUnit.SECONDS));
  }

  @Test
  void limitsOfSizesAreNotNegative() {
    assertThrows(IllegalArgumentException.class, () -> builder.maxInboundMessageSize(-1));
    assertThrows(IllegalArgumentException.class, () -> builder.maxInboundMetadataSize(0));
  }

  /** What is called last decides about TLS, which this server does not speak. */
  @Test
  void securityMayBeChangedUntilTheChannelIsBuilt() throws Exception {
    builder.useTransportSecurity().usePlaintext();
    assertEquals(1, ByteEcho.echo(sockets.open(builder), new byte[1]).length);
    builder.useTransportSecurity();
    Status status = failure(1);
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
  }
}
