package io.github.grpcuds.transport.internal.socket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Background;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.PeerCredentials;
import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.github.grpcuds.transport.internal.FileFailures;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.testing.Descriptors;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What callers of {@link Socket} and {@link ServerSocket} rely on, for every backend alike. */
public abstract class SocketContractTest extends BackendTest {
  /** More than the kernel's buffers of both ends take, so that a writer has to wait. */
  private static final int PLENTY = 4 << 20;

  private static final InetSocketAddress SOME_HOST =
      InetSocketAddress.createUnresolved("no-such-host.invalid", 9);

  public SocketContractTest(String backend) {
    super(backend);
  }

  /** What this backend tells of the pid of a peer that is this very process. */
  public abstract Integer pidOfPeer();

  /** What this backend tells of the supplementary groups of this very process. */
  public abstract List<Integer> groupsOfPeer() throws IOException;

  /** Whether this backend tells the names of users and groups. */
  public boolean tellsNames() {
    return true;
  }

  private static Class<? extends IOException> missing() {
    return FileFailures.get().missing("", "").getClass();
  }

  @Test
  void carriesMegabytesBothWaysAtOnce() throws Exception {
    Connection c = connection();
    byte[] there = randomBytes(1);
    byte[] back = randomBytes(2);
    Background<Void> clientWriter = writing("client writer", c.client, there);
    Background<Void> serverWriter = writing("server writer", c.accepted, back);
    Background<byte[]> clientReader = reading("client reader", c.client, PLENTY);
    Background<byte[]> serverReader = reading("server reader", c.accepted, PLENTY);
    assertArrayEquals(there, serverReader.result());
    assertArrayEquals(back, clientReader.result());
    clientWriter.result();
    serverWriter.result();
  }

  @Test
  void keepsTheBytesOfEachWriterTogether() throws Exception {
    Connection c = connection();
    byte[] ones = filled(PLENTY / 4, 1);
    byte[] twos = filled(PLENTY / 4, 2);
    Background<Void> first = writing("writer of ones", c.client, ones);
    Background<Void> second = writing("writer of twos", c.client, twos);
    byte[] received = reading("reader", c.accepted, PLENTY / 2).result();
    first.result();
    second.result();
    for (int i = 1; i < PLENTY / 2; i++) {
      assertTrue(received[i] == received[i - 1] || i == PLENTY / 4, "writers mixed at byte " + i);
    }
  }

  @Test
  void largeTransfersTakeLittleNativeMemory() throws Exception {
    Connection c = connection();
    long before = directMemory();
    Background<Long> writer =
        Background.start(
            "writer",
            () -> {
              c.client.getOutputStream().write(new byte[8 * PLENTY]);
              return directMemory();
            });
    Background<Long> reader =
        Background.start(
            "reader",
            () -> {
              new DataInputStream(c.accepted.getInputStream()).readFully(new byte[8 * PLENTY]);
              return directMemory();
            });
    assertTrue(writer.result() - before < PLENTY, "the writer took " + writer.result());
    assertTrue(reader.result() - before < PLENTY, "the reader took " + reader.result());
  }

  private static long directMemory() {
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct")) {
        return pool.getMemoryUsed();
      }
    }
    throw new AssertionError("no direct buffer pool");
  }

  @Test
  void readsSingleBytesUnsigned() throws Exception {
    Connection c = connection();
    c.client.getOutputStream().write(0x1ff); // the low byte counts
    c.client.getOutputStream().write(0);
    assertEquals(0xff, c.accepted.getInputStream().read());
    assertEquals(0, c.accepted.getInputStream().read());
  }

  @Test
  void readsIntoTheGivenPartOfAnArray() throws Exception {
    Connection c = connection();
    send(c.client, "abc");
    byte[] target = "......".getBytes(UTF_8);
    assertEquals(3, c.accepted.getInputStream().read(target, 2, 4));
    assertEquals("..abc.", new String(target, UTF_8));
  }

  @Test
  void writesTheGivenPartOfAnArray() throws Exception {
    Connection c = connection();
    c.client.getOutputStream().write("..abc.".getBytes(UTF_8), 2, 3);
    c.client.shutdownOutput();
    assertEquals("abc", receiveAll(c.accepted));
  }

  @Test
  void transfersOfNothingDoNothing() throws Exception {
    Connection c = connection();
    assertEquals(0, c.client.getInputStream().read(new byte[0]));
    assertEquals(0, c.client.getInputStream().read(new byte[3], 3, 0));
    c.accepted.getOutputStream().write(new byte[0]);
    send(c.accepted, "x");
    assertEquals('x', c.client.getInputStream().read());
  }

  @Test
  void refusesBadBounds() throws Exception {
    Connection c = connection();
    InputStream in = c.client.getInputStream();
    OutputStream out = c.client.getOutputStream();
    byte[] three = new byte[3];
    int[][] bad = {{-1, 1}, {0, -1}, {0, 4}, {4, 0}, {1, 3}, {1, Integer.MAX_VALUE}};
    for (int[] b : bad) {
      assertThrows(IndexOutOfBoundsException.class, () -> in.read(three, b[0], b[1]));
      assertThrows(IndexOutOfBoundsException.class, () -> out.write(three, b[0], b[1]));
    }
    assertThrows(NullPointerException.class, () -> in.read(null, 0, 1));
    assertThrows(NullPointerException.class, () -> out.write(null, 0, 1));
  }

  @Test
  void clientThatEndsItsOutputStillReads() throws Exception {
    Connection c = connection();
    assertHalfClose(c.client, c.accepted);
  }

  @Test
  void serverThatEndsItsOutputStillReads() throws Exception {
    Connection c = connection();
    assertHalfClose(c.accepted, c.client);
  }

  private static void assertHalfClose(Socket ending, Socket other) throws Exception {
    send(ending, "question");
    ending.shutdownOutput();
    assertTrue(ending.isOutputShutdown());
    assertFalse(ending.isInputShutdown());
    assertEquals("question", receiveAll(other));
    send(other, "answer");
    other.shutdownOutput();
    assertEquals("answer", receiveAll(ending));
    assertFalse(ending.isClosed());
  }

  @Test
  void outputThatWasShutDownTakesNoMore() throws Exception {
    Connection c = connection();
    OutputStream out = c.client.getOutputStream();
    c.client.shutdownOutput();
    assertMessage("Socket output is shutdown", () -> out.write(1));
    assertMessage("Socket output is shutdown", () -> c.client.getOutputStream());
    assertMessage("Socket output is already shutdown", () -> c.client.shutdownOutput());
  }

  @Test
  void inputThatWasShutDownIsAtItsEnd() throws Exception {
    Connection c = connection();
    InputStream in = c.client.getInputStream();
    c.client.shutdownInput();
    assertTrue(c.client.isInputShutdown());
    assertEquals(-1, in.read());
    assertEquals(0, in.available());
    assertMessage("Socket input is shutdown", () -> c.client.getInputStream());
    assertMessage("Socket input is already shutdown", () -> c.client.shutdownInput());
    send(c.client, "still writes");
    c.client.shutdownOutput();
    assertEquals("still writes", receiveAll(c.accepted));
  }

  @Test
  void inputThatIsShutDownDropsWhatAvailableHadFetched() throws Exception {
    Connection c = connection();
    InputStream in = c.client.getInputStream();
    send(c.accepted, "unread");
    assertEquals(6, in.available());
    c.client.shutdownInput();
    assertEquals(0, in.available());
    assertEquals(-1, in.read());
  }

  @Test
  void shuttingTheInputDownEndsABlockedRead() throws Exception {
    Connection c = connection();
    Background<Integer> reader = blockedReader(c.client);
    c.client.shutdownInput();
    assertEquals(-1, reader.result());
  }

  @Test
  void readsWhatThePeerSentBeforeItClosedAndThenTheEnd() throws Exception {
    Connection c = connection();
    send(c.accepted, "last words");
    c.accepted.close();
    assertEquals("last words", receiveAll(c.client));
    assertEquals(-1, c.client.getInputStream().read());
    assertEquals(-1, c.client.getInputStream().read(new byte[1]));
    assertFalse(c.client.isClosed());
  }

  @Test
  void readsTheEndWhenThePeerCloses() throws Exception {
    Connection c = connection();
    Background<Integer> reader = blockedReader(c.client);
    c.accepted.close();
    assertEquals(-1, reader.result());
  }

  @Test
  void writingToAPeerThatHasClosedIsASocketException() throws Exception {
    Connection c = connection();
    c.accepted.close();
    SocketException e = assertThrows(SocketException.class, () -> send(c.client, "x"));
    assertNotEquals("Socket closed", e.getMessage());
    assertFalse(c.client.isClosed());
  }

  @Test
  void blockedWriteFailsWhenThePeerCloses() throws Exception {
    Connection c = connection();
    Background<Void> writer = blockedWriter(c.client);
    c.accepted.close();
    assertTrue(writer.failure() instanceof SocketException, writer.failure().toString());
  }

  @Test
  void availableCountsWhatIsThereAndTakesNothingAway() throws Exception {
    Connection c = connection();
    InputStream in = c.client.getInputStream();
    assertEquals(0, in.available());
    send(c.accepted, "12345");
    assertEquals(5, in.available());
    assertEquals('1', in.read());
    send(c.accepted, "678");
    assertTrue(in.available() >= 4, "available: " + in.available());
    c.accepted.close();
    assertEquals("2345678", receiveAll(c.client));
  }

  @Test
  void nothingIsAvailableAtTheEnd() throws Exception {
    Connection c = connection();
    c.accepted.close();
    InputStream in = c.client.getInputStream();
    assertEquals(0, in.available());
    assertEquals(-1, in.read());
    assertEquals(0, in.available());
  }

  @Test
  void availableDoesNotWaitForAnotherThreadsRead() throws Exception {
    Connection c = connection();
    Background<Integer> reader = blockedReader(c.client);
    assertEquals(
        0, Background.start("asker", () -> c.client.getInputStream().available()).result());
    send(c.accepted, "x");
    assertEquals('x', reader.result());
  }

  // Time-outs

  @Test
  void readTimesOutAndTheSocketLivesOn() throws Exception {
    Connection c = connection();
    c.client.setSoTimeout(40);
    InputStream in = c.client.getInputStream();
    long start = System.nanoTime();
    SocketTimeoutException e = assertThrows(SocketTimeoutException.class, in::read);
    assertTrue(System.nanoTime() - start >= 40_000_000, "timed out early");
    assertEquals("Read timed out after 40 ms", e.getMessage());
    assertThrows(SocketTimeoutException.class, () -> in.read(new byte[10]));
    send(c.accepted, "late");
    byte[] late = new byte[4];
    new DataInputStream(in).readFully(late);
    assertEquals("late", new String(late, UTF_8));
    send(c.client, "x");
    assertEquals('x', c.accepted.getInputStream().read());
  }

  @Test
  void readWithATimeoutTakesWhatComesInTime() throws Exception {
    Connection c = connection();
    c.client.setSoTimeout((int) (Deadline.SECONDS * 1000));
    Background<Integer> reader = blockedReader(c.client);
    send(c.accepted, "x");
    assertEquals('x', reader.result());
  }

  @Test
  void acceptTimesOutAndTheServerLivesOn() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    server.setSoTimeout(40);
    long start = System.nanoTime();
    SocketTimeoutException e = assertThrows(SocketTimeoutException.class, server::accept);
    assertTrue(System.nanoTime() - start >= 40_000_000, "timed out early");
    assertTrue(e.getMessage().contains("40 ms") && namesPath(e, dir.resolve("s")), e.getMessage());
    connect(dir.resolve("s"));
    server.accept().close();
  }

  @Test
  void connectToAFullBacklogTimesOut() throws Exception {
    Path path = dir.resolve("s");
    serverWithFullBacklog(path);
    Socket socket = unconnected(path);
    long start = System.nanoTime();
    SocketTimeoutException e =
        assertThrows(SocketTimeoutException.class, () -> socket.connect(SOME_HOST, 60));
    assertTrue(System.nanoTime() - start >= 60_000_000, "timed out early");
    assertTrue(e.getMessage().contains("60 ms") && namesPath(e, path), e.getMessage());
    assertFalse(socket.isConnected());
  }

  @Test
  void connectWaitsForAPlaceInTheBacklog() throws Exception {
    Path path = dir.resolve("s");
    ServerSocket server = serverWithFullBacklog(path);
    Background<Socket> connecting = Background.start("connect", () -> connect(path));
    connecting.awaitInside("sleep");
    server.accept().close();
    assertTrue(connecting.result().isConnected());
  }

  @Test
  void refusesNegativeTimeouts() throws Exception {
    Connection c = connection();
    assertThrows(IllegalArgumentException.class, () -> c.client.setSoTimeout(-1));
    assertThrows(IllegalArgumentException.class, () -> c.server.setSoTimeout(-1));
    Socket socket = unconnected(dir.resolve("s"));
    assertThrows(IllegalArgumentException.class, () -> socket.connect(SOME_HOST, -1));
  }

  @Test
  void closeWakesABlockedRead() throws Exception {
    Connection c = connection();
    Background<Integer> reader = blockedReader(c.client);
    c.client.close();
    assertSocketClosed(reader);
  }

  @Test
  void closeWakesABlockedReadThatHasATimeout() throws Exception {
    Connection c = connection();
    c.accepted.setSoTimeout(60_000);
    Background<Integer> reader = blockedReader(c.accepted);
    c.accepted.close();
    assertSocketClosed(reader);
  }

  @Test
  void closeWakesABlockedWrite() throws Exception {
    Connection c = connection();
    Background<Void> writer = blockedWriter(c.client);
    c.client.close();
    assertSocketClosed(writer);
  }

  @Test
  void closeWakesReaderAndWriterAndThoseBehindThem() throws Exception {
    Connection c = connection();
    Background<Integer> reader = blockedReader(c.client);
    Background<Void> writer = blockedWriter(c.client);
    Background<Integer> secondReader =
        Background.start("second reader", () -> c.client.getInputStream().read());
    Background<Void> secondWriter = writing("second writer", c.client, new byte[1]);
    secondReader.awaitInside("lock");
    secondWriter.awaitInside("lock");
    c.client.close();
    assertSocketClosed(reader);
    assertSocketClosed(writer);
    assertSocketClosed(secondReader);
    assertSocketClosed(secondWriter);
  }

  @Test
  void closeWakesABlockedConnect() throws Exception {
    Path path = dir.resolve("s");
    serverWithFullBacklog(path);
    Socket socket = unconnected(path);
    Background<Void> connecting = running("connect", () -> socket.connect(SOME_HOST));
    connecting.awaitInside("sleep");
    socket.close();
    assertSocketClosed(connecting);
    assertFalse(socket.isConnected());
  }

  @Test
  void closeWakesEveryBlockedAccept() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    Background<Socket> first = Background.start("acceptor", server::accept);
    first.awaitInside("awaitAcceptable");
    Background<Socket> second = Background.start("second acceptor", server::accept);
    second.awaitInside("lock");
    server.close();
    assertSocketClosed(first);
    assertSocketClosed(second);
  }

  @Test
  void closingAServerSocketLeavesItsConnectionsAlone() throws Exception {
    Connection c = connection();
    c.server.close();
    send(c.client, "x");
    assertEquals('x', c.accepted.getInputStream().read());
  }

  @Test
  void closingAServerSocketEndsConnectionsThatWaitedToBeAccepted() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    Socket waiting = connect(dir.resolve("s"));
    server.close();
    try {
      assertEquals(-1, waiting.getInputStream().read());
    } catch (SocketException e) {
      assertTrue(e.getMessage().startsWith("Connection reset"), e.getMessage());
    }
  }

  @Test
  void everythingOnAClosedSocketSaysSo() throws Exception {
    Connection c = connection();
    InputStream in = c.client.getInputStream();
    OutputStream out = c.client.getOutputStream();
    send(c.accepted, "unread");
    c.client.close();
    c.client.close();
    assertMessage("Socket closed", () -> in.read());
    assertMessage("Socket closed", () -> in.read(new byte[1]));
    assertMessage("Socket closed", () -> in.available());
    assertMessage("Socket closed", () -> out.write(1));
    assertMessage("Socket closed", () -> c.client.getInputStream());
    assertMessage("Socket closed", () -> c.client.getOutputStream());
    assertMessage("Socket closed", () -> c.client.shutdownInput());
    assertMessage("Socket closed", () -> c.client.shutdownOutput());
    assertMessage("Socket closed", () -> c.client.connect(SOME_HOST));
    assertMessage("Socket closed", () -> c.client.setSoTimeout(1));
    assertMessage("Socket closed", () -> c.client.getSoTimeout());
    assertMessage("Socket closed", () -> c.client.setTcpNoDelay(true));
    assertMessage("Socket closed", () -> c.client.getSendBufferSize());
    assertMessage("Socket closed", () -> PeerCredentials.of(c.client));
  }

  /**
   * TLS of Java 8 keeps a lock for ever if it fails; what a transport has closed need not say so.
   */
  @Test
  void timeoutOfATransportsSocketIsToBeHadWhenClosed() throws Exception {
    Socket socket = SocketStreams.unconnected(UdsAddress.ofPath("/nowhere"), null, 0);
    assertThrows(SocketException.class, () -> closed(socket).getSoTimeout());
    SocketStreams.Factory streams = (of, channel, input) -> new SocketStreams(input, null);
    Socket transports =
        closed(SocketStreams.unconnected(UdsAddress.ofPath("/nowhere"), streams, 0));
    transports.setSoTimeout(1);
    assertEquals(1, transports.getSoTimeout());
  }

  private static Socket closed(Socket socket) throws IOException {
    socket.close();
    return socket;
  }

  @Test
  void closedSocketRemembersThatItWasConnected() throws Exception {
    Connection c = connection();
    c.client.close();
    assertTrue(c.client.isClosed());
    assertTrue(c.client.isConnected());
    assertTrue(c.client.isBound());
    assertEquals(at(dir.resolve("s")), c.client.getRemoteSocketAddress());
  }

  @Test
  void closingEitherStreamClosesTheSocket() throws Exception {
    Connection c = connection();
    c.client.getInputStream().close();
    c.accepted.getOutputStream().close();
    assertTrue(c.client.isClosed());
    assertTrue(c.accepted.isClosed());
  }

  @Test
  void everythingOnAClosedServerSocketSaysSo() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    server.close();
    server.close();
    assertTrue(server.isClosed());
    assertTrue(server.isBound());
    assertMessage("Socket closed", () -> server.accept());
    assertMessage("Socket closed", () -> server.bind(at(dir.resolve("s"))));
    assertMessage("Socket closed", () -> server.setSoTimeout(1));
    assertMessage("Socket closed", () -> server.getSoTimeout());
  }

  @Test
  void interruptEndsNoRead() throws Exception {
    Connection c = connection();
    Background<Integer> reader =
        Background.start(
            "reader",
            () -> {
              int read = c.client.getInputStream().read();
              return Thread.currentThread().isInterrupted() ? read : -2;
            });
    reader.awaitInside("awaitReadable");
    reader.interrupt();
    reader.awaitInside("awaitReadable");
    send(c.accepted, "x");
    assertEquals('x', reader.result());
    assertStillConnected(c);
  }

  @Test
  void interruptEndsNoWrite() throws Exception {
    Connection c = connection();
    byte[] sent = randomBytes(3);
    Background<Boolean> writer =
        Background.start(
            "writer",
            () -> {
              c.client.getOutputStream().write(sent);
              return Thread.currentThread().isInterrupted();
            });
    writer.awaitInside("awaitWritable");
    writer.interrupt();
    writer.awaitInside("awaitWritable");
    assertArrayEquals(sent, reading("reader", c.accepted, sent.length).result());
    assertTrue(writer.result(), "the interrupt was lost");
    assertStillConnected(c);
  }

  @Test
  void interruptEndsNoAccept() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    Background<Boolean> acceptor =
        Background.start(
            "acceptor",
            () -> {
              server.accept().close();
              return Thread.currentThread().isInterrupted();
            });
    acceptor.awaitInside("awaitAcceptable");
    acceptor.interrupt();
    acceptor.awaitInside("awaitAcceptable");
    connect(dir.resolve("s"));
    assertTrue(acceptor.result(), "the interrupt was lost");
    connect(dir.resolve("s"));
    server.accept().close();
  }

  @Test
  void interruptEndsNoConnect() throws Exception {
    Path path = dir.resolve("s");
    ServerSocket server = serverWithFullBacklog(path);
    Background<Boolean> connecting =
        Background.start(
            "connect",
            () -> {
              connect(path);
              return Thread.currentThread().isInterrupted();
            });
    connecting.awaitInside("sleep");
    connecting.interrupt();
    connecting.awaitInside("sleep");
    server.accept().close();
    assertTrue(connecting.result(), "the interrupt was lost");
  }

  @Test
  void threadThatIsInterruptedAlreadyWorksAsAnyOther() throws Exception {
    Background<Boolean> interrupted =
        Background.start(
            "interrupted",
            () -> {
              Thread.currentThread().interrupt();
              Connection c = connection();
              send(c.client, "x");
              assertEquals('x', c.accepted.getInputStream().read());
              c.accepted.setSoTimeout(20);
              assertThrows(SocketTimeoutException.class, () -> c.accepted.getInputStream().read());
              c.server.setSoTimeout(20);
              assertThrows(SocketTimeoutException.class, () -> c.server.accept());
              assertStillConnected(c);
              c.server.close();
              return Thread.currentThread().isInterrupted();
            });
    assertTrue(interrupted.result(), "the interrupt was lost");
    assertFalse(Files.exists(dir.resolve("s")));
  }

  @Test
  void connectGoesToTheFactorysAddressWhateverHostItIsGiven() throws Exception {
    Path path = dir.resolve("s");
    ServerSocket server = listen(path);
    UdsSocketFactory factory = new UdsSocketFactory(at(path));
    InetAddress host = InetAddress.getLoopbackAddress();
    Socket later = factory.createSocket();
    later.connect(InetSocketAddress.createUnresolved("no-such-host.invalid", 1), 1000);
    Socket[] sockets = {
      later,
      factory.createSocket("no-such-host.invalid", 1),
      factory.createSocket("no-such-host.invalid", 1, host, 2),
      factory.createSocket(host, 1),
      factory.createSocket(host, 1, host, 2)
    };
    for (Socket socket : sockets) {
      closing(socket);
      assertEquals(at(path), socket.getRemoteSocketAddress());
      closing(server.accept());
    }
  }

  @Test
  void connectGoesToAnotherUnixSocketIfItIsGivenOne() throws Exception {
    ServerSocket other = listen(dir.resolve("other"));
    Socket socket = unconnected(dir.resolve("s"));
    socket.connect(at(dir.resolve("other")));
    assertEquals(at(dir.resolve("other")), socket.getRemoteSocketAddress());
    closing(other.accept());
  }

  @Test
  void connectsButOnce() throws Exception {
    Connection c = connection();
    assertMessage("already connected", () -> c.client.connect(at(dir.resolve("s"))));
    assertMessage("already connected", () -> c.accepted.connect(at(dir.resolve("s"))));
    assertStillConnected(c);
  }

  @Test
  void failedConnectCanBeTriedAgain() throws Exception {
    Path path = dir.resolve("s");
    Socket socket = unconnected(path);
    assertThrows(missing(), () -> socket.connect(SOME_HOST));
    listen(path);
    socket.connect(SOME_HOST);
    assertTrue(socket.isConnected());
  }

  @Test
  void connectToASocketWhoseServerIsGoneIsRefused() throws Exception {
    Path path = dir.resolve("s");
    leaveDeadSocket(path);
    Throwable e = assertConnectFails(path);
    assertEquals(ConnectException.class, e.getClass());
    assertTrue(e.getMessage().startsWith("Connection refused"), e.getMessage());
  }

  @Test
  void connectToNothingSaysThatNothingIsThere() throws Exception {
    assertEquals(missing(), assertConnectFails(dir.resolve("s")).getClass());
    Path deeper = dir.resolve("no-folder").resolve("s");
    assertEquals(missing(), assertConnectFails(deeper).getClass());
  }

  @Test
  void connectToARegularFileSaysWhatItIs() throws Exception {
    Path path = Files.createFile(dir.resolve("file"));
    Throwable e = assertConnectFails(path);
    assertEquals(FileFailures.get().other("", "").getClass(), e.getClass());
    assertTrue(e.getMessage().contains("Not a socket but a regular file"), e.getMessage());
  }

  @Test
  void connectToADirectorySaysWhatItIs() throws Exception {
    Throwable e = assertConnectFails(dir);
    assertEquals(FileFailures.get().other("", "").getClass(), e.getClass());
    assertTrue(e.getMessage().contains("Not a socket but a directory"), e.getMessage());
  }

  @Test
  void connectToADatagramSocketSaysWhatItIs() throws Exception {
    Path path = dir.resolve("datagrams");
    bindDatagramSocket(path);
    Throwable e = assertConnectFails(path);
    assertEquals(FileFailures.get().other("", "").getClass(), e.getClass());
    assertTrue(e.getMessage().contains("Not a stream socket"), e.getMessage());
  }

  @Test
  void connectBelowARegularFileIsAnIoExceptionWithThePath() throws Exception {
    Files.createFile(dir.resolve("file"));
    assertTrue(assertConnectFails(dir.resolve("file").resolve("s")) instanceof IOException);
  }

  @Test
  void connectsThroughASymbolicLink() throws Exception {
    listen(dir.resolve("s"));
    Files.createSymbolicLink(dir.resolve("link"), dir.resolve("s"));
    assertTrue(connect(dir.resolve("link")).isConnected());
  }

  @Test
  void unconnectedSocketSaysSo() throws Exception {
    Socket socket = unconnected(dir.resolve("s"));
    assertFalse(socket.isConnected());
    assertFalse(socket.isBound());
    assertFalse(socket.isClosed());
    assertFalse(socket.isInputShutdown());
    assertFalse(socket.isOutputShutdown());
    assertNull(socket.getRemoteSocketAddress());
    assertNull(socket.getInetAddress());
    assertNotNull(socket.getLocalAddress());
    assertEquals(0, socket.getPort());
    assertEquals(-1, socket.getLocalPort());
    assertMessage("Socket is not connected", () -> socket.getInputStream());
    assertMessage("Socket is not connected", () -> socket.getOutputStream());
    assertMessage("Socket is not connected", () -> socket.shutdownInput());
    assertMessage("Socket is not connected", () -> socket.shutdownOutput());
    assertMessage("Socket is not connected", () -> PeerCredentials.of(socket));
  }

  @Test
  void connectedSocketsAnswerWhatTcpMindedCallersAsk() throws Exception {
    Connection c = connection();
    for (Socket socket : new Socket[] {c.client, c.accepted}) {
      assertTrue(socket.isConnected());
      assertTrue(socket.isBound());
      assertFalse(socket.isClosed());
      assertTrue(socket.getInetAddress().isLoopbackAddress());
      assertTrue(socket.getLocalAddress().isLoopbackAddress());
      assertEquals(0, socket.getPort());
      assertEquals(0, socket.getLocalPort());
      assertNotNull(socket.getRemoteSocketAddress());
      assertNotNull(socket.getLocalSocketAddress());
      assertNull(socket.getChannel());
      assertSame(socket.getInputStream(), socket.getInputStream());
      assertSame(socket.getOutputStream(), socket.getOutputStream());
    }
    assertEquals(at(dir.resolve("s")), c.client.getRemoteSocketAddress());
    assertEquals(at(dir.resolve("s")), c.accepted.getLocalSocketAddress());
  }

  @Test
  void socketsDescribeThemselves() throws Exception {
    Connection c = connection();
    String target = at(dir.resolve("s")).toString();
    assertEquals("UdsSocket[unconnected]", unconnected(dir.resolve("s")).toString());
    assertEquals("UdsSocket[" + target + ", " + backendName() + "]", c.client.toString());
    assertEquals(
        "UdsSocket[accepted on " + target + ", " + backendName() + "]", c.accepted.toString());
    assertEquals("UdsServerSocket[" + target + ", " + backendName() + "]", c.server.toString());
    assertEquals("UdsServerSocket[unbound]", unbound(dir.resolve("t")).toString());
  }

  @Test
  void tcpOptionsKeepWhatIsSet() throws Exception {
    Connection c = connection();
    assertOptionsKeepWhatIsSet(c.client);
    assertOptionsKeepWhatIsSet(c.accepted);
    assertOptionsKeepWhatIsSet(unconnected(dir.resolve("s")));
  }

  private static void assertOptionsKeepWhatIsSet(Socket socket) throws Exception {
    assertEquals(0, socket.getSoTimeout());
    assertEquals(-1, socket.getSoLinger());
    assertFalse(socket.getKeepAlive());
    socket.setSoTimeout(1234);
    socket.setTcpNoDelay(false);
    socket.setSoLinger(true, 7);
    socket.setKeepAlive(true);
    socket.setOOBInline(true);
    socket.setTrafficClass(8);
    socket.setReuseAddress(true);
    socket.setPerformancePreferences(1, 2, 3);
    assertEquals(1234, socket.getSoTimeout());
    assertFalse(socket.getTcpNoDelay());
    assertEquals(7, socket.getSoLinger());
    assertTrue(socket.getKeepAlive());
    assertTrue(socket.getOOBInline());
    assertEquals(8, socket.getTrafficClass());
    assertTrue(socket.getReuseAddress());
    socket.setTcpNoDelay(true);
    socket.setSoLinger(false, 7);
    assertTrue(socket.getTcpNoDelay());
    assertEquals(-1, socket.getSoLinger());
    assertThrows(IllegalArgumentException.class, () -> socket.setSoLinger(true, -1));
    assertThrows(IllegalArgumentException.class, () -> socket.setTrafficClass(256));
    assertThrows(SocketException.class, () -> socket.sendUrgentData(1));
  }

  @Test
  void bufferSizesAreTheKernels() throws Exception {
    Connection c = connection();
    for (Socket socket : new Socket[] {c.client, c.accepted}) {
      socket.setSendBufferSize(30_000);
      int small = socket.getSendBufferSize();
      socket.setSendBufferSize(90_000);
      assertTrue(small >= 30_000, "asked for 30000, got " + small);
      assertTrue(socket.getSendBufferSize() > small, "got no larger than " + small);
      socket.setReceiveBufferSize(30_000);
      assertTrue(socket.getReceiveBufferSize() >= 30_000);
      assertThrows(IllegalArgumentException.class, () -> socket.setSendBufferSize(0));
      assertThrows(IllegalArgumentException.class, () -> socket.setReceiveBufferSize(-1));
    }
  }

  @Test
  void unconnectedSocketHasPlausibleBufferSizes() throws Exception {
    Socket socket = unconnected(dir.resolve("s"));
    socket.setSendBufferSize(30_000);
    assertTrue(socket.getSendBufferSize() > 0);
    assertTrue(socket.getReceiveBufferSize() > 0);
  }

  @Test
  void serverSocketGivesItsReceiveBufferSizeToWhatItAccepts() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    assertTrue(server.getReceiveBufferSize() > 0);
    server.setReceiveBufferSize(20_000);
    assertEquals(20_000, server.getReceiveBufferSize());
    connect(dir.resolve("s"));
    int size = closing(server.accept()).getReceiveBufferSize();
    assertTrue(size >= 20_000 && size <= 40_000, "got " + size);
  }

  @Test
  void askingForSupportedOptionsOpensNothing() throws Exception {
    Descriptors.assumeCountable();
    Connection c = connection();
    Object[] asked = {c.client, c.accepted, unconnected(dir.resolve("s")), c.server};
    supportedOptions(c.client); // loads what it needs
    int before = Descriptors.count();
    for (Object socket : asked) {
      assertFalse(supportedOptions(socket).isEmpty());
    }
    // The JVM opens some for a moment, when it loads a class.
    Await.until(
        () -> Descriptors.count() == before, () -> before + " became " + Descriptors.count());
  }

  /** Libraries set what they would set of a TCP socket, and give up if they may not. */
  @Test
  void everyOptionOfATcpSocketCanBeSetAndRead() throws Exception {
    Connection c = connection();
    try (Socket tcp = new Socket();
        ServerSocket tcpServer = new ServerSocket()) {
      assertTakesOptionsOf(tcp, Socket.class, unconnected(dir.resolve("s")));
      assertTakesOptionsOf(tcp, Socket.class, c.client);
      assertTakesOptionsOf(tcpServer, ServerSocket.class, c.server);
    }
  }

  private static void assertTakesOptionsOf(Object tcp, Class<?> type, Object socket)
      throws Exception {
    Set<SocketOption<?>> options = new HashSet<>(supportedOptions(tcp));
    options.removeIf(option -> option.name().equals("SO_INCOMING_NAPI_ID")); // of network cards
    assertTrue(supportedOptions(socket).containsAll(options), options + " of " + socket);
    Method set = type.getMethod("setOption", SocketOption.class, Object.class);
    Method get = type.getMethod("getOption", SocketOption.class);
    for (SocketOption<?> option : options) {
      boolean flag = option.type() == Boolean.class;
      Object value = flag ? true : (Object) (option.name().endsWith("BUF") ? 40_000 : 60);
      assertNotNull(get.invoke(socket, option), option.name());
      set.invoke(socket, option, value);
      int least = flag ? 0 : (Integer) value;
      Object read = get.invoke(socket, option);
      assertTrue(flag ? read.equals(true) : (Integer) read >= least, option + ": " + read);
    }
    Throwable refused =
        assertThrows(
                InvocationTargetException.class,
                () -> set.invoke(socket, StandardSocketOptions.IP_MULTICAST_LOOP, true))
            .getCause();
    assertEquals(UnsupportedOperationException.class, refused.getClass());
  }

  @SuppressWarnings("unchecked") // what the method returns
  private static Set<SocketOption<?>> supportedOptions(Object socket) throws Exception {
    Class<?> type = socket instanceof Socket ? Socket.class : ServerSocket.class;
    try {
      Method method = type.getMethod("supportedOptions"); // Java 9
      return (Set<SocketOption<?>>) method.invoke(socket);
    } catch (NoSuchMethodException e) {
      Assumptions.abort("Java 8 has no supportedOptions()");
      throw e;
    }
  }

  @Test
  void bufferSizesSetBeforeTheConnectAreThoseOfTheConnection() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    Socket socket = unconnected(dir.resolve("s"));
    socket.setSendBufferSize(30_000);
    assertEquals(30_000, socket.getSendBufferSize());
    socket.connect(server.getLocalSocketAddress());
    int size = socket.getSendBufferSize(); // Linux doubles it
    assertTrue(size >= 30_000 && size <= 60_000, "got " + size);
  }

  /** MockWebServer and others build an URL of it. */
  @Test
  void serverSocketHasAPortThatAnUrlCanHave() throws Exception {
    UdsServerSocketFactory factory = new UdsServerSocketFactory(at(dir.resolve("s")));
    try (ServerSocket server = factory.createServerSocket()) {
      assertEquals(-1, server.getLocalPort());
      server.bind(new InetSocketAddress(0));
      int port = server.getLocalPort();
      assertTrue(port > 0 && port < 65_536, "port " + port);
    }
    try (ServerSocket server = factory.createServerSocket(8080)) {
      assertEquals(8080, server.getLocalPort());
    }
  }

  @Test
  void factoriesForTheSameAddressAreEqual() {
    UdsSocketFactory factory = new UdsSocketFactory("unix:/run/app.sock");
    UdsSocketFactory same = new UdsSocketFactory(UdsAddress.ofPath("/run/app.sock"));
    assertEquals(same, factory);
    assertEquals(same.hashCode(), factory.hashCode());
    assertNotEquals(new UdsSocketFactory("unix:/run/other.sock"), factory);
    assertNotEquals(factory.withConnectTimeout(1, TimeUnit.SECONDS), factory);
    assertEquals(
        factory.withConnectTimeout(1, TimeUnit.SECONDS),
        factory.withConnectTimeout(1000, TimeUnit.MILLISECONDS));
    assertEquals("UdsSocketFactory[unix:/run/app.sock]", factory.toString());
  }

  @Test
  void unboundServerSocketSaysSo() throws Exception {
    ServerSocket server = unbound(dir.resolve("s"));
    assertFalse(server.isBound());
    assertNull(server.getLocalSocketAddress());
    assertNull(server.getInetAddress());
    assertEquals(-1, server.getLocalPort());
    assertMessage("Socket is not bound yet", () -> server.accept());
    server.close();
    assertTrue(server.isClosed());
  }

  @Test
  void boundServerSocketTellsItsAddress() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    assertTrue(server.isBound());
    assertEquals(at(dir.resolve("s")), server.getLocalSocketAddress());
    assertTrue(server.getInetAddress().isLoopbackAddress());
    assertNull(server.getChannel());
    server.setReuseAddress(true);
    assertTrue(server.getReuseAddress());
    server.setSoTimeout(77);
    assertEquals(77, server.getSoTimeout());
  }

  @Test
  void bindGoesToTheFactorysAddressOrToTheUnixSocketGiven() throws Exception {
    ServerSocket toFactorys = unbound(dir.resolve("a"));
    toFactorys.bind(SOME_HOST);
    assertEquals(at(dir.resolve("a")), toFactorys.getLocalSocketAddress());
    ServerSocket toGiven = unbound(dir.resolve("b"));
    toGiven.bind(at(dir.resolve("c")), 5);
    assertEquals(at(dir.resolve("c")), toGiven.getLocalSocketAddress());
    assertFalse(Files.exists(dir.resolve("b")));
  }

  @Test
  void bindsButOnce() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    SocketException e =
        assertThrows(SocketException.class, () -> server.bind(at(dir.resolve("other"))));
    assertTrue(e.getMessage().startsWith("Already bound"), e.getMessage());
    assertFalse(Files.exists(dir.resolve("other")));
    connect(dir.resolve("s"));
    server.accept().close();
  }

  @Test
  void failedBindCanBeTriedAgain() throws Exception {
    ServerSocket first = listen(dir.resolve("s"));
    ServerSocket second = unbound(dir.resolve("s"));
    assertThrows(BindException.class, () -> second.bind(SOME_HOST));
    first.close();
    second.bind(SOME_HOST);
    connect(dir.resolve("s"));
    second.accept().close();
  }

  @Test
  void acceptsManyConnectionsThatWaited() throws Exception {
    ServerSocket server = listen(dir.resolve("s"));
    for (int i = 0; i < 100; i++) {
      connect(dir.resolve("s")).getOutputStream().write(i);
    }
    for (int i = 0; i < 100; i++) {
      assertEquals(i, closing(server.accept()).getInputStream().read());
    }
  }

  @Test
  void bothEndsKnowTheirPeer() throws Exception {
    Connection c = connection();
    assertNamesThisProcess(PeerCredentials.of(c.client));
    assertNamesThisProcess(PeerCredentials.of(c.accepted));
  }

  @Test
  void credentialsOutliveThePeer() throws Exception {
    Connection c = connection();
    c.client.close();
    assertNamesThisProcess(PeerCredentials.of(c.accepted));
  }

  private void assertNamesThisProcess(PeerCredentials credentials) throws IOException {
    assertEquals(pidOfPeer(), credentials.pid());
    assertEquals(Files.getAttribute(dir, "unix:uid"), credentials.uid());
    assertEquals(Files.getAttribute(dir, "unix:gid"), credentials.gid());
    assertEquals(groupsOfPeer(), credentials.supplementaryGids());
    assertEquals(nameOrNull(Files.getOwner(dir).getName()), credentials.user());
    String group = Files.getAttribute(dir, "posix:group").toString();
    assertEquals(nameOrNull(group), credentials.group());
    assertTrue(credentials.toString().contains("uid=" + credentials.uid()), "" + credentials);
  }

  private String nameOrNull(String name) {
    return !tellsNames() || name.matches("[0-9]+") ? null : name;
  }

  public static Integer ownPid() {
    String process = ManagementFactory.getRuntimeMXBean().getName(); // pid@host
    return Integer.valueOf(process.substring(0, process.indexOf('@')));
  }

  @Test
  void policyJudgesARealPeer() throws Exception {
    PeerCredentials peer = PeerCredentials.of(connection().accepted);
    assertNull(PeerPolicy.sameUser().refusal(peer));
    assertNull(PeerPolicy.uid(peer.uid()).refusal(peer));
    assertNull(PeerPolicy.gid(peer.gid()).refusal(peer));
    assertFalse(PeerPolicy.uid(peer.uid() + 1).allows(peer));
    assertFalse(PeerPolicy.gid(1_987_654).allows(peer));
    assertFalse(PeerPolicy.user("nobody-of-that-name").allows(peer));
  }

  @Test
  void otherSocketsHaveNoCredentials() throws Exception {
    try (Socket tcp = new Socket()) {
      SocketException e = assertThrows(SocketException.class, () -> PeerCredentials.of(tcp));
      assertTrue(e.getMessage().startsWith("not a Unix domain socket"), e.getMessage());
    }
  }

  private ServerSocket unbound(Path path) throws IOException {
    return closing(new UdsServerSocketFactory(at(path)).createServerSocket());
  }

  private ServerSocket serverWithFullBacklog(Path path) throws IOException {
    ServerSocket server = closing(new UdsServerSocketFactory(at(path)).createServerSocket(0, 1));
    for (int i = 0; i < 10; i++) {
      try {
        unconnected(path).connect(SOME_HOST, 1);
      } catch (SocketTimeoutException e) {
        return server;
      }
    }
    throw new AssertionError("a backlog of 1 took 10 connections");
  }

  private static void leaveDeadSocket(Path path) throws IOException {
    SocketFileOptions keep = SocketFileOptions.defaults().deleteOnClose(false);
    new UdsServerSocketFactory(at(path), keep).createServerSocket(0).close();
  }

  private void bindDatagramSocket(Path path) throws IOException {
    try {
      closing(UnixDatagramChannel.open()).bind(new UnixSocketAddress(path.toFile()));
    } catch (LinkageError e) {
      Assumptions.abort("jnr-unixsocket makes the socket: " + e);
    }
  }

  private Throwable assertConnectFails(Path path) throws IOException {
    Socket socket = unconnected(path);
    IOException e = assertThrows(IOException.class, () -> socket.connect(SOME_HOST, 10_000));
    assertTrue(namesPath(e, path), e + " does not name " + path);
    assertFalse(socket.isConnected());
    return e;
  }

  private static boolean namesPath(Exception e, Path path) {
    return e.getMessage().contains(path.toString());
  }

  private static Background<Integer> blockedReader(Socket socket) {
    return Background.start("reader", () -> socket.getInputStream().read())
        .awaitInside("awaitReadable");
  }

  private static Background<Void> blockedWriter(Socket socket) {
    return writing("writer", socket, new byte[PLENTY]).awaitInside("awaitWritable");
  }

  private static Background<Void> writing(String name, Socket socket, byte[] bytes) {
    return running(name, () -> socket.getOutputStream().write(bytes));
  }

  private static Background<Void> running(String name, Executable body) {
    return Background.start(
        name,
        () -> {
          try {
            body.execute();
          } catch (Exception | Error e) {
            throw e;
          } catch (Throwable e) {
            throw new AssertionError(e);
          }
          return null;
        });
  }

  private static Background<byte[]> reading(String name, Socket socket, int count) {
    return Background.start(
        name,
        () -> {
          byte[] bytes = new byte[count];
          new DataInputStream(socket.getInputStream()).readFully(bytes);
          return bytes;
        });
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
  }

  private static String receiveAll(Socket socket) throws Exception {
    return Background.start(
            "reader",
            () -> {
              ByteArrayOutputStream all = new ByteArrayOutputStream();
              for (int b; (b = socket.getInputStream().read()) >= 0; ) {
                all.write(b);
              }
              return all.toString("UTF-8");
            })
        .result();
  }

  private static void assertStillConnected(Connection c) throws IOException {
    send(c.client, "y");
    assertEquals('y', c.accepted.getInputStream().read());
    send(c.accepted, "z");
    assertEquals('z', c.client.getInputStream().read());
  }

  private static void assertSocketClosed(Background<?> background) throws Exception {
    Throwable e = background.failure();
    assertEquals(SocketException.class, e.getClass(), () -> String.valueOf(e));
    assertEquals("Socket closed", e.getMessage());
  }

  private static void assertMessage(String message, Executable operation) {
    assertEquals(message, assertThrows(SocketException.class, operation).getMessage());
  }

  private static byte[] randomBytes(long seed) {
    byte[] bytes = new byte[PLENTY];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] filled(int count, int value) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
