package io.github.grpcuds.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.http2.internal.Http2Connection;
import io.github.grpcuds.okhttp.UdsChannelBuilder;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.internal.GrpcUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * The jars tell GraalVM's native-image what their code reflects on: what is told is compared with
 * what the code has looked up, and with which classes look something up at all.
 */
class ReachabilityMetadataTest {
  private static final String OKHTTP = "io.github.grpcuds.okhttp.";
  private static final String SERVER = "io.github.grpcuds.server.";
  private static final String CORE = "io.grpc.internal.";
  private static final String FOREIGN = "java.lang.foreign.";

  /** The methods of {@link Class} that look something up. */
  private static final List<String> LOOK_UPS =
      Arrays.asList(
          "forName",
          "getDeclaredField",
          "getDeclaredFields",
          "getDeclaredMethod",
          "getDeclaredMethods",
          "getDeclaredConstructor",
          "getDeclaredConstructors",
          "getField",
          "getFields",
          "getMethod",
          "getMethods");

  /** Entries by name of the type; sorted, as the files are. */
  private final Map<String, Set<String>> fields = new TreeMap<>();

  private final Map<String, Set<String>> methods = new TreeMap<>();
  private final Set<String> whole = new TreeSet<>(); // types of which all members are looked at
  private final Set<String> publicFields = new TreeSet<>(); // types of which those are

  private void add(Member member) {
    String type = member.getDeclaringClass().getName();
    if (member instanceof Field) {
      fields
          .computeIfAbsent(type, t -> new TreeSet<>())
          .add("{\"name\": \"" + member.getName() + "\"}");
      return;
    }
    String name = member instanceof Constructor ? "<init>" : member.getName();
    String parameters =
        Arrays.stream(((Executable) member).getParameterTypes())
            .map(parameter -> "\"" + parameter.getTypeName() + "\"")
            .collect(Collectors.joining(", "));
    methods
        .computeIfAbsent(type, t -> new TreeSet<>())
        .add("{\"name\": \"" + name + "\", \"parameterTypes\": [" + parameters + "]}");
  }

  private String json() {
    Set<String> types = new TreeSet<>(whole);
    types.addAll(fields.keySet());
    types.addAll(methods.keySet());
    types.addAll(publicFields);
    List<String> entries = new ArrayList<>();
    for (String type : types) {
      StringBuilder entry = new StringBuilder("  {\"name\": \"").append(type).append('"');
      if (whole.contains(type)) {
        entry
            .append(", \"allDeclaredConstructors\": true, \"allDeclaredMethods\": true")
            .append(", \"allDeclaredFields\": true, \"allPublicMethods\": true");
      }
      if (publicFields.contains(type)) {
        entry.append(", \"allPublicFields\": true");
      }
      append(entry, "fields", fields.get(type));
      append(entry, "methods", methods.get(type));
      entries.add(entry.append('}').toString());
    }
    return "[\n" + String.join(",\n", entries) + "\n]\n";
  }

  private static void append(StringBuilder entry, String kind, Set<String> members) {
    if (members != null) {
      entry.append(", \"").append(kind).append("\": [").append(String.join(", ", members));
      entry.append(']');
    }
  }

  /** What a class of ours has looked up, in its constants. */
  private void addConstants(String type) throws ReflectiveOperationException {
    for (Field constant : Class.forName(type).getDeclaredFields()) {
      boolean member = Member.class.isAssignableFrom(constant.getType());
      if (Modifier.isStatic(constant.getModifiers()) && member) {
        constant.setAccessible(true);
        Member found = (Member) constant.get(null);
        Assumptions.assumeTrue(found != null, () -> constant + " is null with this version");
        add(found);
      }
    }
  }

  private static void assertTold(String expected, Class<?> ofJar, String artifact)
      throws IOException {
    assertTold(expected, ofJar, artifact, "reflect-config.json");
  }

  private static void assertTold(String expected, Class<?> ofJar, String artifact, String name)
      throws IOException {
    String file = "META-INF/native-image/io.github.grpcuds/" + artifact + "/" + name;
    try (InputStream told = ofJar.getClassLoader().getResourceAsStream(file)) {
      assertEquals(expected, told == null ? "nothing" : text(told), file);
    }
  }

  private static String text(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      bytes.write(buffer, 0, count);
    }
    return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
  }

  @Test
  void client() throws Exception {
    assumeBuiltWith();
    addConstants(OKHTTP + "OkHttpInternals");
    addConstants(OKHTTP + "PlainTransports");
    add(Class.forName("io.grpc.ManagedChannelRegistry").getDeclaredMethod("providers"));
    add(Class.forName(CORE + "SerializingExecutor").getMethod("setExecutor", Executor.class));
    add(Class.forName("io.grpc.stub.ClientCalls").getDeclaredField("STUB_TYPE_OPTION"));
    assertTold(json(), UdsChannelBuilder.class, "grpc-uds-okhttp");
  }

  /** What the server needs of grpc-core it looks for at its start. */
  @Test
  void server() throws Exception {
    assumeBuiltWith();
    Class<?> internals = Class.forName(SERVER + "GrpcInternals");
    for (Object member : list(internals, "CALLED")) {
      String type = CORE + ((String) member).substring(0, ((String) member).indexOf(": "));
      for (Class<?> c = Class.forName(type);
          c != Object.class && c != null;
          c = c.getSuperclass()) {
        whole.add(c.getName());
      }
    }
    whole.add(CORE + "ServerImplBuilder$ClientTransportServersBuilder");
    for (Object implementation : list(internals, "IMPLEMENTATIONS")) {
      whole.add(SERVER + implementation);
    }
    addConstants(SERVER + "Alpn");
    assertTold(json(), UdsServerBuilder.class, "grpc-uds-server");
  }

  private static List<?> list(Class<?> type, String name) throws ReflectiveOperationException {
    Field list = type.getDeclaredField(name);
    list.setAccessible(true);
    return (List<?>) list.get(null);
  }

  /** Of the JDK alone, with what only newer ones have. */
  @Test
  void transport() throws Exception {
    Assumptions.assumeTrue(isJava(16), "the JDK's Unix sockets came with Java 16");
    add(Class.forName("java.net.StandardProtocolFamily").getField("UNIX"));
    Class<?> family = Class.forName("java.net.ProtocolFamily");
    add(Class.forName("java.nio.channels.SocketChannel").getMethod("open", family));
    add(Class.forName("java.nio.channels.ServerSocketChannel").getMethod("open", family));
    add(Class.forName("java.net.UnixDomainSocketAddress").getMethod("of", Path.class));
    add(Class.forName("java.lang.ProcessHandle").getMethod("current"));
    add(Class.forName("java.lang.ProcessHandle").getMethod("pid"));
    add(Class.forName("jdk.net.UnixDomainPrincipal").getMethod("user"));
    add(Class.forName("jdk.net.UnixDomainPrincipal").getMethod("group"));
    publicFields.add("java.net.StandardSocketOptions");
    publicFields.add("jdk.net.ExtendedSocketOptions");
    assertTold(json(), UdsAddress.class, "grpc-uds-transport");
  }

  /** In the file that came with GraalVM 23, for older ones have no foreign functions. */
  @Test
  void foreignFunctions() throws Exception {
    Assumptions.assumeTrue(isJava(22), "foreign functions came with Java 22");
    Class<?> linker = Class.forName(FOREIGN + "Linker");
    Class<?> option = Class.forName(FOREIGN + "Linker$Option");
    Class<?> options = Array.newInstance(option, 0).getClass();
    Class<?> layout = Class.forName(FOREIGN + "MemoryLayout");
    Class<?> layouts = Array.newInstance(layout, 0).getClass();
    Class<?> descriptor = Class.forName(FOREIGN + "FunctionDescriptor");
    Class<?> segment = Class.forName(FOREIGN + "MemorySegment");
    add(linker.getMethod("nativeLinker"));
    add(linker.getMethod("defaultLookup"));
    add(linker.getMethod("downcallHandle", segment, descriptor, options));
    add(option.getMethod("captureCallState", String[].class));
    add(option.getMethod("firstVariadicArg", int.class));
    add(Class.forName(FOREIGN + "SymbolLookup").getMethod("find", String.class));
    add(descriptor.getMethod("of", layout, layouts));
    add(layout.getMethod("byteSize"));
    add(segment.getMethod("ofBuffer", Buffer.class));
    add(segment.getMethod("ofAddress", long.class));
    add(segment.getMethod("reinterpret", long.class));
    add(segment.getMethod("asByteBuffer"));
    for (String name : Arrays.asList("ADDRESS", "JAVA_INT", "JAVA_LONG")) {
      add(Class.forName(FOREIGN + "ValueLayout").getField(name));
    }
    add(Class.class.getMethod("getModule"));
    add(Class.forName("java.lang.Module").getMethod("getName"));
    add(Class.forName("java.lang.Module").getMethod("isNativeAccessEnabled"));
    String expected =
        "{\"reflection\": "
            + json().trim().replace("{\"name\": \"java", "{\"type\": \"java")
            + ",\n\"foreign\": {\"downcalls\": [\n  "
            + String.join(",\n  ", downcalls())
            + "\n]}}\n";
    assertTold(expected, UdsAddress.class, "grpc-uds-transport", "reachability-metadata.json");
  }

  /** What the library's constants are called with. */
  private static Set<String> downcalls() throws ReflectiveOperationException {
    Set<String> downcalls = new TreeSet<>();
    Class<?> library = Class.forName("io.github.grpcuds.transport.internal.ffm.FfmLibrary");
    List<Class<?>> owners = new ArrayList<>(Arrays.asList(library.getDeclaredClasses()));
    owners.add(library);
    for (Class<?> owner : owners) {
      for (Field field : owner.getDeclaredFields()) {
        if (field.getType() == MethodHandle.class) {
          field.setAccessible(true);
          MethodHandle handle = (MethodHandle) field.get(null);
          if (handle != null) {
            downcalls.add(downcall(handle.type(), field.getName().equals("FCNTL")));
          }
        }
      }
    }
    MethodType accept = MethodType.methodType(int.class, int.class, long.class, long.class);
    downcalls.add(
        downcall(accept.insertParameterTypes(0, ByteBuffer.class), false)); // macOS has it
    return downcalls;
  }

  private static String downcall(MethodType type, boolean variadic) {
    String parameters =
        type.parameterList().stream()
            .skip(1) // errno
            .map(parameter -> parameter == ByteBuffer.class ? "void*" : parameter.getName())
            .collect(Collectors.joining("\", \""));
    return "{\"returnType\": \""
        + type.returnType()
        + "\", \"parameterTypes\": ["
        + (parameters.isEmpty() ? "" : "\"" + parameters + "\"")
        + "], \"options\": {\"captureCallState\": true"
        + (variadic ? ", \"firstVariadicArg\": 2" : "")
        + "}}";
  }

  private static boolean isJava(int version) {
    String specification = System.getProperty("java.specification.version");
    return !specification.startsWith("1.") && Integer.parseInt(specification) >= version;
  }

  /** The files are those of the version of gRPC that is built with, whose name is a constant. */
  private static void assumeBuiltWith() {
    String version = GrpcUtil.getGrpcBuildVersion().getImplementationVersion();
    Assumptions.assumeTrue(
        version.equals(GrpcUtil.IMPLEMENTATION_VERSION), "the files are not for gRPC " + version);
  }

  /** Whoever looks up something new has to be added here, and what it looks up above. */
  @Test
  void nobodyElseReflects() throws Exception {
    Set<String> found = new TreeSet<>();
    for (Class<?> ofJar :
        Arrays.<Class<?>>asList(
            UdsAddress.class,
            Http2Connection.class,
            UdsChannelBuilder.class,
            UdsServerBuilder.class)) {
      found.addAll(whoLooksUp(ofJar));
    }
    assertEquals(
        new TreeSet<>(
            Arrays.asList(
                "Alpn",
                "Backends", // for Android's, which no native image has
                "BlockingStubs",
                "CloseOnExec", // of jffi, which no native image has
                "ConscryptAlpn", // for Android, which no native image is for
                "ForeignFunctions",
                "GrpcVersion",
                "GuardedListener", // of versions before 1.75 alone
                "JdkBackend",
                "JdkPeerOption",
                "NativeAccess",
                "NextProvider",
                "OkHttpInternals",
                "PlainTransports",
                "SocketOptionNames",
                "TransportExecutor")),
        found);
  }

  private static Set<String> whoLooksUp(Class<?> ofJar) throws Exception {
    URI location = ofJar.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path path = Paths.get(location);
    if (Files.isDirectory(path)) {
      return whoLooksUpBelow(path);
    }
    try (FileSystem jar =
        FileSystems.newFileSystem(URI.create("jar:" + location), Collections.emptyMap())) {
      return whoLooksUpBelow(jar.getPath("/io"));
    }
  }

  private static Set<String> whoLooksUpBelow(Path folder) throws IOException {
    Set<String> found = new TreeSet<>();
    List<Path> classes;
    try (Stream<Path> all = Files.walk(folder)) {
      classes = all.filter(file -> file.toString().endsWith(".class")).collect(Collectors.toList());
    }
    for (Path file : classes) {
      String constants = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
      if (constants.contains(utf8("java/lang/Class"))
          && LOOK_UPS.stream().anyMatch(name -> constants.contains(utf8(name)))) {
        String name = file.getFileName().toString();
        found.add(name.substring(0, name.length() - ".class".length()).replaceAll("\\$.*", ""));
      }
    }
    return found;
  }

  /** As a class file has it (JVMS, section 4.4.7). */
  private static String utf8(String name) {
    return "\u0001\0" + (char) name.length() + name;
  }
}
