package io.github.grpcuds.check;

import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** Who listens, what it speaks, and how it answers. */
final class ServerChecks {
  private static final int WAIT_MILLIS = 3000;
  private static final int CONNECTS = 20;
  private static final int WARM_CALLS = 2000;
  private static final int CALLS = 1000;
  private static final double NANOS_PER_MICRO = 1000;

  private final Report report;
  private final UdsAddress address;
  private final UdsSocketFactory sockets;

  ServerChecks(Report report, UdsAddress address) {
    this.report = report;
    this.address = address;
    this.sockets =
        new UdsSocketFactory(address).withConnectTimeout(WAIT_MILLIS, TimeUnit.MILLISECONDS);
  }

  void run() throws IOException {
    if (!connects()) {
      return;
    }
    Protocol protocol = protocol();
    report.add("speaks", levelOf(protocol), protocol.shown);
    if (protocol == Protocol.HTTP2) {
      calls();
    } else if (protocol == Protocol.TLS) {
      handshake();
    }
  }

  private static Level levelOf(Protocol protocol) {
    boolean fit = protocol == Protocol.HTTP2 || protocol == Protocol.TLS;
    return fit ? Level.OK : Level.FAILURE;
  }

  private Socket connect() throws IOException {
    Socket socket = sockets.createSocket("localhost", 1);
    socket.setSoTimeout(WAIT_MILLIS);
    return socket;
  }

  /** False if there is nobody to connect to. */
  private boolean connects() {
    try (Socket socket = connect()) {
      PeerCredentials peer = PeerCredentials.of(socket);
      report.ok("listens", peer);
      policies(peer);
    } catch (IOException e) {
      report.failure("connect", e.getMessage());
      return false;
    }
    try {
      report.ok("connect takes", micros(connectTimes()));
    } catch (IOException e) {
      report.failure("connect", "the first one did, then: " + e.getMessage());
      return false;
    }
    return true;
  }

  /** What a channel with these policies would say; the server sees our own ids. */
  private void policies(PeerCredentials peer) {
    policy(PeerPolicy.sameUser(), peer);
    policy(PeerPolicy.sameUser().or(PeerPolicy.uid(0)), peer);
  }

  private void policy(PeerPolicy policy, PeerCredentials peer) {
    String refusal = policy.refusal(peer);
    report.ok("serverPolicy", policy + ": " + (refusal == null ? "allows it" : refusal));
  }

  private long[] connectTimes() throws IOException {
    long[] times = new long[CONNECTS];
    for (int i = 0; i < CONNECTS; i++) {
      long start = System.nanoTime();
      connect().close();
      times[i] = System.nanoTime() - start;
    }
    return times;
  }

  private static String micros(long[] times) {
    Arrays.sort(times);
    return String.format(
        Locale.ROOT,
        "%.0f us at the median, %.0f us at the 99th percentile",
        times[times.length / 2] / NANOS_PER_MICRO,
        times[times.length * 99 / 100] / NANOS_PER_MICRO);
  }

  private Protocol protocol() throws IOException {
    try (Socket socket = connect()) {
      return Protocol.of(socket);
    }
  }

  /** Looks at the certificate; a channel has to trust it, which is not tried. */
  private void handshake() {
    try (Socket socket = connect();
        SSLSocket tls = overTls(socket)) {
      tls.startHandshake();
      SSLSession session = tls.getSession();
      report.ok("TLS", session.getProtocol() + ", " + session.getCipherSuite());
      report.ok("certificate", session.getPeerPrincipal());
    } catch (IOException | GeneralSecurityException e) {
      report.warning("TLS", "no handshake without a certificate of our own: " + e.getMessage());
    }
  }

  private static SSLSocket overTls(Socket socket) throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    return (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", 1, false);
  }

  private void calls() {
    ManagedChannel channel = UdsChannelBuilder.forAddress(address).build();
    try {
      if (health(channel)) {
        report.ok("a call takes", micros(callTimes(channel)));
      }
    } finally {
      channel.shutdownNow();
    }
  }

  /** True if the server answers calls, whatever it says. */
  private boolean health(ManagedChannel channel) {
    try {
      String state = Health.of(channel, WAIT_MILLIS / 1000);
      report.add("health", state.equals("SERVING") ? Level.OK : Level.WARNING, state);
      return true;
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      if (status.getCode() == Status.Code.UNIMPLEMENTED) {
        report.ok("health", "the server has no health service");
        return true;
      }
      report.failure("health", status.getCode() + ": " + status.getDescription());
      return false;
    }
  }

  /** One after the other, after as many as a JVM takes to warm up. */
  private static long[] callTimes(ManagedChannel channel) {
    long[] times = new long[CALLS];
    for (int i = -WARM_CALLS; i < CALLS; i++) {
      long start = System.nanoTime();
      try {
        Health.of(channel, WAIT_MILLIS / 1000);
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
          throw e;
        }
      }
      if (i >= 0) {
        times[i] = System.nanoTime() - start;
      }
    }
    return times;
  }
}
