package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsServerSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdsChannelBuilderTest {
  /** Public options of OkHttpChannelBuilder that are not for our users, each with the reason. */
  private static final Map<String, String> LEFT_OUT = new HashMap<>();

  static {
    LEFT_OUT.put("socketFactory", "it is what this library brings");
    LEFT_OUT.put("negotiationType", "deprecated: usePlaintext and useTransportSecurity are here");
    LEFT_OUT.put("connectionSpec", "takes a class of OkHttp 2; tlsConnectionSpec is here");
  }

  @TempDir Path dir;

  private UdsAddress address(String name) {
    return UdsAddress.ofPath(dir.resolve(name).toString());
  }

  private static Status statusOfACall(UdsChannelBuilder builder) throws Exception {
    ManagedChannel channel = builder.build();
    try {
      return Calls.status(channel);
    } finally {
      Calls.shutdown(channel);
    }
  }

  @Test
  void authorityIsLocalhost() throws Exception {
    List<UdsChannelBuilder> builders =
        Arrays.asList(
            UdsChannelBuilder.forPath("/a"),
            UdsChannelBuilder.forPath("/a", InsecureChannelCredentials.create()),
            UdsChannelBuilder.forAddress(UdsAddress.ofAbstract("a")),
            UdsChannelBuilder.forTarget("unix:/a,/b"),
            UdsChannelBuilder.forTarget("unix:a", InsecureChannelCredentials.create()));
    for (UdsChannelBuilder builder : builders) {
      ManagedChannel channel = builder.build();
      assertEquals("localhost", channel.authority());
      Calls.shutdown(channel);
    }
  }

  @Test
  void authorityCanBeOverridden() throws Exception {
    ManagedChannel channel = UdsChannelBuilder.forPath("/a").overrideAuthority("a.example").build();
    assertEquals("a.example", channel.authority());
    Calls.shutdown(channel);
  }

  @Test
  void everyOptionOfOkHttpChannelBuilderIsHere() {
    Set<String> missing = new TreeSet<>();
    Set<String> known = new HashSet<>();
    for (Method option : OkHttpChannelBuilder.class.getMethods()) {
      known.add(option.getName());
      if (!Modifier.isStatic(option.getModifiers())
          && option.getDeclaringClass() != Object.class
          && !LEFT_OUT.containsKey(option.getName())
          && !isHere(option)) {
        missing.add(option.getName() + Arrays.toString(option.getParameterTypes()));
      }
    }
    assertEquals(Collections.emptySet(), missing);
    assertTrue(
        known.containsAll(LEFT_OUT.keySet()), () -> "gone from gRPC, drop from LEFT_OUT: " + known);
  }

  /**
   * Inherited from ManagedChannelBuilder does not count if grpc-okhttp has an own one: it would be
   * passed by.
   */
  private static boolean isHere(Method option) {
    try {
      Method ours = UdsChannelBuilder.class.getMethod(option.getName(), option.getParameterTypes());
      return ours.getDeclaringClass() != ManagedChannelBuilder.class
          || option.getDeclaringClass() == ManagedChannelBuilder.class;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  @Test
  void forAddressWithAPortSaysWhatToCall() {
    UnsupportedOperationException e =
        assertThrows(
            UnsupportedOperationException.class,
            () -> UdsChannelBuilder.forAddress("localhost", 80));
    assertTrue(e.getMessage().contains("forPath"), e.getMessage());
  }

  @Test
  void credentialsOfTheBuilderCannotBeChanged() {
    UdsChannelBuilder builder =
        UdsChannelBuilder.forPath("/a", InsecureChannelCredentials.create());
    assertThrows(IllegalStateException.class, builder::useTransportSecurity);
  }

  @Test
  void optionsReachOkHttp() {
    UdsChannelBuilder builder = UdsChannelBuilder.forPath("/a");
    assertThrows(IllegalStateException.class, () -> builder.flowControlWindow(0));
    assertThrows(NullPointerException.class, () -> builder.scheduledExecutorService(null));
    assertThrows(NullPointerException.class, () -> builder.tlsConnectionSpec(null, null));
    assertThrows(IllegalArgumentException.class, () -> builder.maxInboundMetadataSize(0));
  }

  @Test
  void executorsOfTheUserDoTheWork() throws Exception {
    AtomicInteger transportTasks = new AtomicInteger();
    ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
    Status status =
        statusOfACall(
            UdsChannelBuilder.forAddress(address("missing"))
                .scheduledExecutorService(scheduler)
                .transportExecutor(
                    task -> {
                      transportTasks.incrementAndGet();
                      scheduler.execute(task);
                    }));
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
    assertTrue(transportTasks.get() > 0, "nothing ran on the transport executor");
    assertTrue(scheduler.getTaskCount() > transportTasks.get(), "no timer of gRPC's ran");
    scheduler.shutdownNow();
  }

  @Test
  void failureToConnectNamesThePath() throws Exception {
    Status status = statusOfACall(UdsChannelBuilder.forAddress(address("missing")));
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
    assertTrue(status.getDescription().contains(address("missing").path()), status.toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 999, Long.MIN_VALUE})
  void connectTimeoutHasToBeAMillisecond(long micros) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> UdsChannelBuilder.forPath("/a").connectTimeout(micros, TimeUnit.MICROSECONDS));
    assertTrue(e.getMessage().contains(micros + " MICROSECONDS"), e.getMessage());
  }

  @Test
  void windowFitsTheHeap() {
    assertEquals(1 << 20, UdsChannelBuilder.defaultWindow(16 << 20));
    assertEquals(3 << 20, UdsChannelBuilder.defaultWindow(192 << 20));
    assertEquals(8 << 20, UdsChannelBuilder.defaultWindow(512 << 20));
    assertEquals(8 << 20, UdsChannelBuilder.defaultWindow(Long.MAX_VALUE));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1001})
  void busyPollTimeIsAMillisecondAtMost(long micros) {
    assertEquals(
        "busyPollTime not in 0..1 ms: " + micros + " MICROSECONDS",
        assertThrows(
                IllegalArgumentException.class,
                () -> UdsChannelBuilder.forPath("/a").busyPollTime(micros, TimeUnit.MICROSECONDS))
            .getMessage());
  }

  @Test
  void connectTimeoutMayBeEndless() throws Exception {
    Status status =
        statusOfACall(
            UdsChannelBuilder.forAddress(address("missing"))
                .connectTimeout(Long.MAX_VALUE, TimeUnit.DAYS));
    assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
  }

  @Test
  void connectToAFullBacklogTimesOut() throws Exception {
    try (FullBacklog server = new FullBacklog(address("s"))) {
      Status status =
          statusOfACall(
              UdsChannelBuilder.forAddress(server.address)
                  .connectTimeout(50, TimeUnit.MILLISECONDS));
      assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status.toString());
      assertTrue(
          status.getDescription().contains("Connect timed out after 50 ms"), status.toString());
    }
  }

  @Test
  void shutdownNowEndsAConnectThatIsUnderWay() throws Exception {
    try (FullBacklog server = new FullBacklog(address("s"))) {
      ManagedChannel channel =
          UdsChannelBuilder.forAddress(server.address).connectTimeout(1, TimeUnit.HOURS).build();
      channel.getState(true);
      Calls.shutdown(channel);
    }
  }

  /** grpc-okhttp would leave the calls of a channel waiting whose connect throws an Error. */
  @ParameterizedTest
  @ValueSource(strings = {"backend.Connector", "socket.UdsSocket", "channel.ConnectFailure"})
  void missingClassFailsTheCallInsteadOfHangingIt(String name) throws Exception {
    String missing = "io.github.grpcuds.transport.internal." + name;
    try (IncompleteLoader without = new IncompleteLoader(missing)) {
      Method call =
          without
              .loadClass(CallToNowhere.class.getName())
              .getDeclaredMethod("status", String.class);
      call.setAccessible(true);
      String status = (String) call.invoke(null, address("missing").path());
      assertTrue(status.startsWith("Status{code=UNAVAILABLE"), status);
      assertTrue(status.contains(missing.replace('.', '/')), status);
    }
  }

  /** What the class loader below loads a second time. */
  static final class CallToNowhere {
    private CallToNowhere() {}

    static String status(String path) throws Exception {
      return statusOfACall(UdsChannelBuilder.forPath(path)).toString();
    }
  }

  /** Loads all that is on the class path anew, but for one class. */
  private static final class IncompleteLoader extends URLClassLoader {
    private final String missing;

    IncompleteLoader(String missing) throws IOException {
      super(classPath(), getSystemClassLoader().getParent());
      this.missing = missing;
    }

    private static URL[] classPath() throws IOException {
      List<URL> urls = new ArrayList<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        urls.add(new File(entry).toURI().toURL());
      }
      return urls.toArray(new URL[0]);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.equals(missing)) {
        throw new ClassNotFoundException(name);
      }
      return super.findClass(name);
    }
  }

  /** A server that accepts nothing, with as many clients waiting as it has room for. */
  private static final class FullBacklog implements Closeable {
    final UdsAddress address;
    private final ServerSocket server;
    private final List<Socket> waiting = new ArrayList<>();

    FullBacklog(UdsAddress address) throws IOException {
      this.address = address;
      server =
          new UdsServerSocketFactory(address, SocketFileOptions.defaults(), 1)
              .createServerSocket(0);
      boolean full = false;
      while (!full) {
        Socket client = new UdsSocketFactory(address).createSocket();
        waiting.add(client);
        try {
          client.connect(address, 20);
        } catch (SocketTimeoutException e) {
          full = true;
        }
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket client : waiting) {
        client.close();
      }
      server.close();
    }
  }
}
