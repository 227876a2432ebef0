package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.okhttp.OkHttpServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.BindException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UdsServerBuilderTest {
  /** Public options of OkHttpServerBuilder that are not for our users, each with the reason. */
  private static final Map<String, String> LEFT_OUT =
      Collections.singletonMap("socketFactory", "it is what this library brings");

  private static final long LIMIT_SECONDS = Deadline.SECONDS;

  @TempDir Path dir;

  private Server server;

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.shutdownNow();
      assertTrue(server.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS), "still up: " + server);
    }
  }

  private Path start(UdsServerBuilder builder, Path path) throws IOException {
    server = builder.build().start();
    return path;
  }

  private static UdsServerBuilder at(Path path) {
    return UdsServerBuilder.forPath(path.toString());
  }

  private static <T extends IOException> T failureToStart(Class<T> type, Path path)
      throws Exception {
    Server failed = at(path).build();
    T failure = assertThrows(type, failed::start);
    failed.shutdownNow();
    assertTrue(failed.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS), "still up: " + failed);
    return failure;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .filter(file -> !file.equals(dir))
          .map(file -> dir.relativize(file).toString())
          .sorted()
          .collect(Collectors.toList());
    }
  }

  @Test
  void everyOptionOfOkHttpServerBuilderIsHere() {
    Set<String> missing = new TreeSet<>();
    Set<String> known = new HashSet<>();
    for (Method option : OkHttpServerBuilder.class.getMethods()) {
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
   * Inherited from ServerBuilder does not count if grpc-okhttp has an own one: it would be passed
   * by.
   */
  private static boolean isHere(Method option) {
    try {
      Method ours = UdsServerBuilder.class.getMethod(option.getName(), option.getParameterTypes());
      return ours.getDeclaringClass() != ServerBuilder.class
          || option.getDeclaringClass() == ServerBuilder.class;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  @Test
  void badValuesAreRefusedAtOnce() {
    UdsServerBuilder builder = UdsServerBuilder.forPath("/a");
    assertThrows(IllegalArgumentException.class, () -> builder.flowControlWindow(0));
    assertThrows(IllegalArgumentException.class, () -> builder.maxConcurrentCallsPerConnection(0));
    assertThrows(NullPointerException.class, () -> builder.scheduledExecutorService(null));
    assertThrows(NullPointerException.class, () -> builder.peerPolicy(null));
    assertThrows(IllegalArgumentException.class, () -> builder.maxInboundMetadataSize(0));
    assertThrows(IllegalArgumentException.class, () -> builder.maxInboundMessageSize(-1));
    assertThrows(IllegalArgumentException.class, () -> builder.keepAliveTime(0, TimeUnit.SECONDS));
  }

  @Test
  void optionsOfTheOwnerAreNotForAnInheritedSocket() {
    UdsServerBuilder file = UdsServerBuilder.inherited();
    file.socketFile(SocketFileOptions.defaults());
    String message = assertThrows(IllegalStateException.class, file::build).getMessage();
    assertTrue(message.contains("socketFile") && message.contains("SocketMode="), message);
    UdsServerBuilder backlog = UdsServerBuilder.inherited("web").backlog(5);
    message = assertThrows(IllegalStateException.class, backlog::build).getMessage();
    assertTrue(message.contains("backlog"), message);
  }

  /** Where this process was started with a socket is looked at by the start alone. */
  @Test
  void serverWithoutAnInheritedSocketFailsToStart() throws Exception {
    Server failed = UdsServerBuilder.inherited("web").notifySystemd().build();
    IOException failure = assertThrows(IOException.class, failed::start);
    assertTrue(failure.getMessage().contains("LISTEN_FDS is not set"), failure.getMessage());
    failed.shutdownNow();
    assertTrue(failed.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS), "still up: " + failed);
  }

  @Test
  void signaturesShowNothingOfTheTransport() throws Exception {
    Set<String> leaks = new TreeSet<>();
    for (Class<?> type : publicTypes()) {
      Stream.of(
              Stream.of(type.toGenericString(), String.valueOf(type.getGenericSuperclass())),
              Arrays.stream(type.getDeclaredMethods())
                  .filter(method -> isVisible(method.getModifiers()))
                  .map(Method::toGenericString),
              Arrays.stream(type.getDeclaredConstructors())
                  .filter(constructor -> isVisible(constructor.getModifiers()))
                  .map(constructor -> constructor.toGenericString()),
              Arrays.stream(type.getDeclaredFields())
                  .filter(field -> isVisible(field.getModifiers()))
                  .map(field -> field.toGenericString()))
          .flatMap(signatures -> signatures)
          .filter(signature -> signature.matches(".*(okhttp|OkHttp|\\.internal\\.|okio).*"))
          .forEach(leaks::add);
    }
    assertEquals(Collections.emptySet(), leaks);
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static List<Class<?>> publicTypes() throws Exception {
    Class<?> known = UdsServerBuilder.class;
    File folder = new File(known.getResource("UdsServerBuilder.class").toURI()).getParentFile();
    List<Class<?>> types =
        Arrays.stream(folder.list())
            .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
            .map(name -> load(known.getPackage().getName() + "." + name.replace(".class", "")))
            .filter(type -> isVisible(type.getModifiers()))
            .collect(Collectors.toList());
    assertTrue(types.contains(known), "found only " + types);
    return types;
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void forPortSaysWhatToCall() {
    UnsupportedOperationException e =
        assertThrows(UnsupportedOperationException.class, () -> UdsServerBuilder.forPort(80));
    assertTrue(e.getMessage().contains("forPath"), e.getMessage());
  }

  @Test
  void badValuesAreNamed() {
    UdsServerBuilder builder = UdsServerBuilder.forPath("/a");
    assertRefused("flowControlWindow <= 0: -1", () -> builder.flowControlWindow(-1));
    assertRefused("maxConnections <= 0: 0", () -> builder.maxConnections(0));
    assertRefused("ioThreads <= 0: 0", () -> builder.ioThreads(0));
    assertRefused("maxResetsPerSecond <= 0: 0", () -> builder.maxResetsPerSecond(0));
    assertRefused(
        "maxPendingBytesPerConnection <= 0: -2", () -> builder.maxPendingBytesPerConnection(-2));
    assertRefused(
        "handshakeTimeout <= 0: 0 SECONDS", () -> builder.handshakeTimeout(0, TimeUnit.SECONDS));
    assertRefused(
        "busyPollTime not in 0..1 ms: -1 NANOSECONDS",
        () -> builder.busyPollTime(-1, TimeUnit.NANOSECONDS));
    assertRefused(
        "maxConnectionAge <= 0: -1 HOURS", () -> builder.maxConnectionAge(-1, TimeUnit.HOURS));
    assertRefused(
        "maxConnectionAgeGrace < 0: -1 HOURS",
        () -> builder.maxConnectionAgeGrace(-1, TimeUnit.HOURS));
  }

  private static void assertRefused(String message, Executable option) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, option).getMessage());
  }

  @Test
  void useTransportSecurityNamesFilesThatCannotBeRead() {
    File missing = dir.resolve("missing.pem").toFile();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> UdsServerBuilder.forPath("/a").useTransportSecurity(missing, missing));
    assertTrue(e.getMessage().contains(missing.getPath()), e.getMessage());
  }

  @Test
  void useTransportSecurityRefusesWhatIsNoCertificate() {
    ByteArrayInputStream empty = new ByteArrayInputStream(new byte[0]);
    assertThrows(
        IllegalArgumentException.class,
        () -> UdsServerBuilder.forPath("/a").useTransportSecurity(empty, empty));
  }

  @Test
  void unknownCredentialsAreRefusedByName() {
    ServerCredentials unknown = new ServerCredentials() {};
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> UdsServerBuilder.forPath("/a", unknown));
    assertTrue(e.getMessage().contains(unknown.getClass().getName()), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void backlogHasToBePositive(int backlog) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> UdsServerBuilder.forPath("/a").backlog(backlog));
    assertEquals("backlog <= 0: " + backlog, e.getMessage());
  }

  @Test
  void nothingIsThereBeforeTheStart() throws Exception {
    server = at(dir.resolve("s")).build();
    assertEquals(Collections.emptyList(), files());
  }

  @Test
  void listenSocketsAreTheAddress() throws Exception {
    Path path = start(at(dir.resolve("s")), dir.resolve("s"));
    assertEquals(
        Collections.singletonList(UdsAddress.ofPath(path.toString())), server.getListenSockets());
    assertEquals(-1, server.getPort());
  }

  @Test
  void fileIsForItsOwnerAlone() throws Exception {
    Assumptions.assumeFalse(File.separatorChar == '\\', "Windows has no file modes");
    Path path = start(at(dir.resolve("s")), dir.resolve("s"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
  }

  @Test
  void fileHasTheModeAskedFor() throws Exception {
    Assumptions.assumeFalse(File.separatorChar == '\\', "Windows has no file modes");
    Path path =
        start(
            at(dir.resolve("s")).socketFile(SocketFileOptions.defaults().mode(0662)),
            dir.resolve("s"));
    assertEquals("rw-rw--w-", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
  }

  @Test
  void missingFolderIsNamed() throws Exception {
    Path path = dir.resolve("missing/s");
    NoSuchFileException e = failureToStart(NoSuchFileException.class, path);
    assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
    assertTrue(e.getMessage().contains("there is no directory"), e.getMessage());
    assertEquals(Collections.emptyList(), files());
  }

  @Test
  void fileInPlaceOfTheFolderIsNamed() throws Exception {
    Path file = Files.createFile(dir.resolve("file"));
    FileSystemException e = failureToStart(FileSystemException.class, file.resolve("s"));
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
    assertEquals(Collections.singletonList("file"), files());
  }

  @Test
  void directoryInTheWayStays() throws Exception {
    Path path = Files.createDirectory(dir.resolve("s"));
    FileSystemException e = failureToStart(FileSystemException.class, path);
    assertTrue(e.getMessage().contains(path + ": "), e.getMessage());
    assertTrue(e.getMessage().contains("a directory"), e.getMessage());
    assertEquals(Collections.singletonList("s"), files());
  }

  @Test
  void fileInTheWayKeepsItsContent() throws Exception {
    Path path = Files.write(dir.resolve("s"), new byte[] {1, 2, 3});
    FileSystemException e = failureToStart(FileSystemException.class, path);
    assertTrue(e.getMessage().contains("a regular file"), e.getMessage());
    assertEquals(3, Files.size(path));
    assertEquals(Collections.singletonList("s"), files());
  }

  @Test
  void liveServerInTheWayGoesOn() throws Exception {
    Path path = start(at(dir.resolve("s")), dir.resolve("s"));
    BindException e = failureToStart(BindException.class, path);
    assertTrue(e.getMessage().contains("Address already in use: " + path), e.getMessage());
    assertEquals(Collections.singletonList("s"), files());
    new UdsSocketFactory(UdsAddress.ofPath(path.toString())).createSocket("", 0).close();
  }

  @Test
  void serverThatFailedToStartCanBeBuiltAgain() throws Exception {
    Path path = Files.createDirectory(dir.resolve("s"));
    UdsServerBuilder builder = at(path);
    assertThrows(FileSystemException.class, builder.build()::start);
    Files.delete(path);
    start(builder, path);
    assertTrue(Files.exists(path));
  }

  @Test
  void shutdownDeletesTheFileAndEndsConnections() throws Exception {
    Path path = start(at(dir.resolve("s")), dir.resolve("s"));
    UdsAddress address = UdsAddress.ofPath(path.toString());
    try (Socket client = new UdsSocketFactory(address).createSocket("", 0)) {
      server.shutdownNow();
      awaitEnd(client);
    }
    assertEquals(Collections.emptyList(), files());
  }

  private static void awaitEnd(Socket client) throws IOException {
    client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));
    try {
      while (client.getInputStream().read() >= 0) {
        // the server's SETTINGS and GOAWAY
      }
    } catch (SocketException e) {
      // reset, because the server had not accepted it yet
    }
  }
}
