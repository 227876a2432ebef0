package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.it.BridgeSide.Arrival;
import io.github.grpcuds.it.BridgeSide.Backend;
import io.github.grpcuds.it.BridgeSide.Caller;
import io.github.grpcuds.server.UdsBridge;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.Deadline;
import io.grpc.CallOptions;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a call looks like at both ends of {@link UdsBridge#forwardTo}. */
class BridgeTest {
  private static final String METHOD = "any.Service/Method";

  @RegisterExtension final Sockets sockets = new Sockets();

  private final Backend backend = new Backend();
  private String path;

  @BeforeEach
  void choosePath() {
    path = sockets.path("bridge");
  }

  private ManagedChannel toBackend() throws Exception {
    sockets.start(InProcessServerBuilder.forName(path).fallbackHandlerRegistry(backend));
    return sockets.add(InProcessChannelBuilder.forName(path).build());
  }

  /** The backend behind a socket of its own: what is left of a call on the wire. */
  private ManagedChannel toBackendOnTheWire() throws Exception {
    String socket = sockets.path("backend");
    sockets.start(UdsServerBuilder.forPath(socket).fallbackHandlerRegistry(backend));
    return sockets.channel(socket);
  }

  private Server serve(UdsBridge bridge) throws Exception {
    return sockets.start(
        UdsServerBuilder.forPath(path).fallbackHandlerRegistry(bridge).directExecutor());
  }

  private static CallOptions limited() {
    return CallOptions.DEFAULT.withDeadlineAfter(Deadline.SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void callsOfAllKindsReachAnInProcessServer() throws Exception {
    sockets.start(InProcessServerBuilder.forName(path).addService(new ByteEcho()));
    serve(UdsBridge.forwardTo(sockets.add(InProcessChannelBuilder.forName(path).build())));
    ManagedChannel channel = sockets.channel(path);
    for (int size : new int[] {0, 1, 100, 1_000_000}) {
      ByteEcho.callInEveryKind(channel, size);
    }
    byte[] largest = ByteEcho.random(4 * 1024 * 1024);
    assertArrayEquals(largest, ByteEcho.echo(channel, largest));
  }

  @Test
  void callsOfAllKindsComeInOnTcpAndGoOutOnASocket() throws Exception {
    sockets.serve(path, new ByteEcho());
    Server front =
        sockets.start(
            OkHttpServerBuilder.forPort(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    InsecureServerCredentials.create())
                .fallbackHandlerRegistry(UdsBridge.forwardTo(sockets.channel(path)))
                .directExecutor());
    ManagedChannel channel =
        sockets.add(
            OkHttpChannelBuilder.forTarget("dns:///127.0.0.1:" + front.getPort())
                .usePlaintext()
                .build());
    ByteEcho.callInEveryKind(channel, 100);
    ByteEcho.callInEveryKind(channel, 1_000_000);
  }

  @Test
  void metadataGoesThroughInBothDirections() throws Exception {
    serve(UdsBridge.forwardTo(toBackendOnTheWire()));
    Metadata headers = new Metadata();
    headers.put(BridgeSide.TAG, "first");
    headers.put(BridgeSide.TAG, "second, with a comma");
    headers.put(BridgeSide.TAG_BIN, new byte[] {0, -1, 13, 10});
    Caller caller = Caller.start(sockets.channel(path), METHOD, limited(), headers);
    Arrival arrival = backend.next();
    assertEquals(METHOD, arrival.call.getMethodDescriptor().getFullMethodName());
    assertEquals(
        Arrays.asList("first", "second, with a comma"),
        list(arrival.headers.getAll(BridgeSide.TAG)));
    assertArrayEquals(new byte[] {0, -1, 13, 10}, arrival.headers.get(BridgeSide.TAG_BIN));

    Metadata answer = new Metadata();
    answer.put(BridgeSide.TAG, "of the answer");
    arrival.call.sendHeaders(answer);
    assertEquals("of the answer", caller.headers().get(BridgeSide.TAG));
    Metadata trailers = new Metadata();
    trailers.put(BridgeSide.TAG_BIN, new byte[] {7});
    arrival.call.close(Status.ABORTED.withDescription("for a test: 50 % \u00e4"), trailers);
    Status status = caller.status();
    assertEquals(Status.Code.ABORTED, status.getCode());
    assertEquals("for a test: 50 % \u00e4", status.getDescription());
    assertArrayEquals(new byte[] {7}, caller.trailers.get(BridgeSide.TAG_BIN));
    assertTrue(caller.headers.isEmpty(), "headers came twice");
  }

  private static List<String> list(Iterable<String> values) {
    List<String> list = new ArrayList<>();
    values.forEach(list::add);
    return list;
  }

  @Test
  void answerOfTrailersAloneStaysOne() throws Exception {
    serve(UdsBridge.forwardTo(toBackend()));
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    backend.next().call.close(Status.NOT_FOUND.withDescription("gone"), new Metadata());
    assertEquals("gone", caller.status().getDescription());
    assertTrue(caller.headers.isEmpty(), "there were headers");
  }

  /** A service may answer without a message, or with one too many, as its protocol has it. */
  @Test
  void answerWithoutMessagesIsNoFailureOfTheBridge() throws Exception {
    serve(UdsBridge.forwardTo(toBackend()));
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    caller.call.halfClose();
    assertEquals("half-close", arrival.event());
    arrival.call.sendHeaders(new Metadata());
    arrival.call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
  }

  @Test
  void headersComeBeforeTheFirstMessageIsThere() throws Exception {
    serve(UdsBridge.forwardTo(toBackend()));
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    arrival.call.sendHeaders(new Metadata());
    assertNotNull(caller.headers());
    caller.call.request(1);
    arrival.call.sendMessage(new byte[] {1});
    assertArrayEquals(new byte[] {1}, caller.message());
    caller.call.cancel("done", null);
  }

  @Test
  void deadlineIsTheBackendsAsWell() throws Exception {
    serve(UdsBridge.forwardTo(toBackendOnTheWire()));
    Caller caller = Caller.start(sockets.channel(path), METHOD, limited(), new Metadata());
    Arrival arrival = backend.next();
    long seconds = arrival.context.getDeadline().timeRemaining(TimeUnit.SECONDS);
    assertTrue(seconds <= Deadline.SECONDS && seconds > 0, seconds + " s are left");
    arrival.call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
  }

  @Test
  void callWithoutADeadlineGetsNone() throws Exception {
    serve(UdsBridge.forwardTo(toBackendOnTheWire()));
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    assertNull(arrival.context.getDeadline());
    arrival.call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
  }

  @Test
  void passedDeadlineEndsTheCallAtBothEnds() throws Exception {
    serve(UdsBridge.forwardTo(toBackend()));
    Caller caller =
        Caller.start(
            sockets.channel(path),
            METHOD,
            CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS),
            new Metadata());
    Arrival arrival = backend.next();
    assertEquals(Status.Code.DEADLINE_EXCEEDED, caller.status().getCode());
    assertEquals("cancel", arrival.event());
  }

  @Test
  void requestsKeepTheCallersEncoding() throws Exception {
    serve(UdsBridge.forwardTo(toBackendOnTheWire()));
    Caller caller =
        Caller.start(
            sockets.channel(path), METHOD, limited().withCompression("gzip"), new Metadata());
    byte[] message = new byte[100_000];
    caller.call.sendMessage(message);
    Arrival arrival = backend.next();
    assertEquals("gzip", arrival.headers.get(key("grpc-encoding")));
    arrival.call.request(1);
    assertArrayEquals(message, arrival.message());
    arrival.call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
  }

  @Test
  void uncompressedRequestsStayUncompressed() throws Exception {
    serve(UdsBridge.forwardTo(toBackendOnTheWire()));
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    String encoding = arrival.headers.get(key("grpc-encoding"));
    assertTrue(encoding == null || encoding.equals("identity"), encoding);
    arrival.call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
  }

  @Test
  void responsesKeepTheBackendsEncoding() throws Exception {
    serve(UdsBridge.forwardTo(toBackendOnTheWire()));
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    arrival.call.setCompression("gzip");
    arrival.call.sendHeaders(new Metadata());
    byte[] message = new byte[100_000];
    arrival.call.sendMessage(message);
    arrival.call.close(Status.OK, new Metadata());
    assertEquals("gzip", caller.headers().get(key("grpc-encoding")));
    caller.call.request(1);
    assertArrayEquals(message, caller.message());
    assertEquals(Status.Code.OK, caller.status().getCode());
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** In through a transport that passes on whatever it gets; our server refuses such fields. */
  @Test
  void fieldsOfOneConnectionStayThere() throws Exception {
    String front = path + "-front";
    sockets.start(
        InProcessServerBuilder.forName(front)
            .fallbackHandlerRegistry(UdsBridge.forwardTo(toBackend())));
    Metadata headers = new Metadata();
    headers.put(key("connection"), "x-hop");
    headers.put(key("x-hop"), "1");
    headers.put(key("keep-alive"), "timeout=5");
    headers.put(key("proxy-authorization"), "Basic x");
    headers.put(key("te"), "trailers");
    headers.put(key("content-type"), "application/grpc+x");
    headers.put(key("authorization"), "Bearer y");
    ManagedChannel channel =
        sockets.add(InProcessChannelBuilder.forName(front).userAgent("caller/1").build());
    Caller caller = Caller.start(channel, METHOD, limited(), headers);
    Arrival arrival = backend.next();
    assertEquals("Bearer y", arrival.headers.get(key("authorization")));
    for (String name :
        new String[] {
          "connection", "x-hop", "keep-alive", "proxy-authorization", "te", "content-type"
        }) {
      assertNull(arrival.headers.get(key(name)), name);
    }
    String userAgent = arrival.headers.get(key("user-agent"));
    assertFalse(userAgent != null && userAgent.contains("caller/1"), userAgent);
    Metadata answer = new Metadata();
    answer.put(key("keep-alive"), "timeout=5");
    arrival.call.sendHeaders(answer);
    assertNull(caller.headers().get(key("keep-alive")));
    Metadata trailers = new Metadata();
    trailers.put(key("proxy-authenticate"), "Basic");
    arrival.call.close(Status.OK, trailers);
    assertEquals(Status.Code.OK, caller.status().getCode());
    assertNull(caller.trailers.get(key("proxy-authenticate")));
  }

  private String authorityAtTheBackend(UdsBridge bridge, CallOptions options) throws Exception {
    Server server = serve(bridge);
    Caller caller = Caller.start(sockets.channel(path), METHOD, options, new Metadata());
    Arrival arrival = backend.next();
    arrival.call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
    server.shutdownNow().awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS);
    return arrival.call.getAuthority();
  }

  @Test
  void authorityIsTheChannelsOrOneThatIsGivenOrTheCallers() throws Exception {
    UdsBridge bridge = UdsBridge.forwardTo(toBackendOnTheWire());
    CallOptions options = limited().withAuthority("caller.example");
    assertEquals("localhost", authorityAtTheBackend(bridge, options));
    assertEquals(
        "given.example:1", authorityAtTheBackend(bridge.withAuthority("given.example:1"), options));
    assertEquals("caller.example", authorityAtTheBackend(bridge.withCallersAuthority(), options));
  }

  private String identityAtTheBackend(UdsBridge bridge, String name) throws Exception {
    Server server = serve(bridge);
    Metadata forged = new Metadata();
    forged.put(key("x-uds-peer"), "uid=0");
    forged.put(key("x-who"), "uid=0");
    Caller caller = Caller.start(sockets.channel(path), METHOD, limited(), forged);
    Arrival arrival = backend.next();
    arrival.call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
    assertNull(arrival.headers.get(key("x-uds-peer".equals(name) ? "x-none" : "x-uds-peer")));
    server.shutdownNow().awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS);
    Iterable<String> values = arrival.headers.getAll(key(name));
    return values == null ? null : String.join(", ", values);
  }

  @Test
  void identityIsSentOnRequestAndNeverForged() throws Exception {
    UdsBridge bridge = UdsBridge.forwardTo(toBackendOnTheWire());
    assertNull(identityAtTheBackend(bridge, "x-uds-peer"));
    String value = identityAtTheBackend(bridge.withIdentityHeader("x-uds-peer"), "x-uds-peer");
    assertTrue(value.matches("(pid=\\d+ )?uid=\\d+ gid=\\d+"), value);
    assertEquals(value, identityAtTheBackend(bridge.withIdentityHeader("X-Who"), "x-who"));
  }

  @Test
  void servicesThatAreNotAllowedAreNotThere() throws Exception {
    serve(UdsBridge.forwardTo(toBackend()).withServices("any.Service", "other.Service"));
    ManagedChannel channel = sockets.channel(path);
    for (String method :
        new String[] {
          "any.Other/Method",
          "any.Service2/Method",
          "Method",
          "any.Service/../any.Other/Method",
          "any.Service/..%2fany.Other%2fMethod",
          "any.Service/Method?x",
          "ANY.SERVICE/Method",
          "/any.Service/Method"
        }) {
      Caller caller = Caller.start(channel, method, limited(), new Metadata());
      assertEquals(Status.Code.UNIMPLEMENTED, caller.status().getCode(), method);
    }
    assertTrue(backend.arrivals.isEmpty(), "the backend has heard of a call");
    Caller caller = Caller.start(channel, METHOD, limited(), new Metadata());
    backend.next().call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
  }

  @Test
  void oddMethodNamesGoThroughWhereAllMay() throws Exception {
    serve(UdsBridge.forwardTo(toBackendOnTheWire()));
    ManagedChannel channel = sockets.channel(path);
    for (String method : new String[] {"Method", "a/b/c", "a.B/C?d=%2F#e", "//", "a.B/"}) {
      Caller caller = Caller.start(channel, method, limited(), new Metadata());
      Arrival arrival = backend.next();
      assertEquals(method, arrival.call.getMethodDescriptor().getFullMethodName());
      arrival.call.close(Status.OK, new Metadata());
      assertEquals(Status.Code.OK, caller.status().getCode());
    }
  }

  @Test
  void metadataUpToTheLimitGoesThroughAndMoreIsRefused() throws Exception {
    serve(UdsBridge.forwardTo(toBackendOnTheWire()));
    ManagedChannel channel = sockets.channel(path);
    Caller caller = Caller.start(channel, METHOD, limited(), tagged(7 * 1024));
    Arrival arrival = backend.next();
    assertEquals(7 * 1024, arrival.headers.get(BridgeSide.TAG).length());
    arrival.call.close(Status.OK, tagged(7 * 1024));
    assertEquals(Status.Code.OK, caller.status().getCode());
    assertEquals(7 * 1024, caller.trailers.get(BridgeSide.TAG).length());

    Caller greedy = Caller.start(channel, METHOD, limited(), tagged(8 * 1024));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, greedy.status().getCode());
  }

  private static Metadata tagged(int length) {
    char[] value = new char[length];
    Arrays.fill(value, 'x');
    Metadata metadata = new Metadata();
    metadata.put(BridgeSide.TAG, new String(value));
    return metadata;
  }

  @Test
  void messageOverTheServersLimitEndsTheCallThere() throws Exception {
    serve(UdsBridge.forwardTo(toBackend()));
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    caller.call.sendMessage(new byte[4 * 1024 * 1024 + 1]);
    Status status = caller.status();
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status.toString());
    assertEquals("cancel", arrival.event());
  }

  @Test
  void messageOverTheChannelsLimitEndsTheCallWithItsReason() throws Exception {
    serve(UdsBridge.forwardTo(toBackendOnTheWire()));
    Caller caller = Caller.start(sockets.channel(path), METHOD);
    Arrival arrival = backend.next();
    arrival.call.sendHeaders(new Metadata());
    arrival.call.sendMessage(new byte[4 * 1024 * 1024 + 1]);
    Status status = caller.status();
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, status.getCode(), status.toString());
    assertEquals("cancel", arrival.event());
  }

  @Test
  void shutdownLetsCallsUnderWayEndAndRefusesNewOnes() throws Exception {
    Server server = serve(UdsBridge.forwardTo(toBackend()));
    ManagedChannel channel = sockets.channel(path);
    Caller caller = Caller.start(channel, METHOD);
    Arrival arrival = backend.next();
    server.shutdown();
    assertFalse(server.awaitTermination(100, TimeUnit.MILLISECONDS));
    caller.call.sendMessage(new byte[] {1});
    arrival.call.request(1);
    assertArrayEquals(new byte[] {1}, arrival.message());
    Status refused = Caller.start(channel, METHOD).status();
    assertEquals(Status.Code.UNAVAILABLE, refused.getCode(), refused.toString());
    arrival.call.close(Status.OK, new Metadata());
    assertEquals(Status.Code.OK, caller.status().getCode());
    assertTrue(server.awaitTermination(Deadline.SECONDS, TimeUnit.SECONDS));
    assertTrue(backend.arrivals.isEmpty(), "the refused call has reached the backend");
  }
}
