package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.internal.GrpcUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcVersionTest {
  @Test
  void theVersionAtHandWorks() {
    GrpcVersion.check();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AbstractServerStream",
        "AbstractServerStream$Sink",
        "GrpcUtil",
        "InternalServer",
        "KeepAliveEnforcer",
        "ServerImplBuilder",
        "ServerTransport"
      })
  void aVersionWithoutAClassIsReportedInOneLineByTheBuilder(String name) throws Exception {
    Class<?> builder =
        new WithoutClass("io.grpc.internal." + name).loadClass(UdsServerBuilder.class.getName());
    InvocationTargetException thrown =
        assertThrows(
            InvocationTargetException.class,
            () -> builder.getMethod("forPath", String.class).invoke(null, "/tmp/s"));
    assertEquals(IllegalStateException.class, thrown.getCause().getClass(), thrown::toString);
    assertNull(thrown.getCause().getCause());
    String found =
        name.equals("GrpcUtil")
            ? "another version"
            : GrpcUtil.getGrpcBuildVersion().getImplementationVersion();
    String message = thrown.getCause().getMessage();
    String start = "grpc-uds-server works with grpc-core 1.60.0 to 1.84.0; found " + found + ", ";
    assertTrue(message.startsWith(start), message);
    assertTrue(message.contains(name), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void aMethodThatGrpcCallsAndWeLackIsNamed() {
    assertEquals("Iterable: Iterator iterator()", GrpcVersion.unimplemented(StillAbstract.class));
  }

  abstract static class StillAbstract implements Iterable<String> {}

  /** Else a version without it would pass the check, and fail in the middle of a call. */
  @Test
  void everyMemberOfGrpcsInternalsThatWeUseIsChecked() throws Exception {
    Collection<String> used = new TreeSet<>();
    for (String reference : references()) {
      String[] parts = reference.split(" ", -1);
      String owner = grpcOwner(parts[0].replace('/', '.'), parts[1]);
      if (owner != null) {
        used.add(owner + " " + parts[1]);
      }
    }
    used.remove("AbstractServerStream setOnReadyThreshold"); // by versions alone that have it
    Collection<String> checked =
        GrpcInternals.CALLED.stream()
            .map(GrpcVersionTest::ownerAndName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(String.join("\n", used), String.join("\n", checked));
  }

  /** Of "KeepAliveEnforcer: boolean pingAcceptable()": "KeepAliveEnforcer pingAcceptable". */
  private static String ownerAndName(String member) {
    String owner = member.substring(0, member.indexOf(':'));
    String signature = member.substring(member.indexOf(": ") + 2).replaceAll("\\(.*", "");
    String name = signature.substring(signature.indexOf(' ') + 1);
    return owner + " " + (signature.contains(" ") ? name : "<init>");
  }

  /** The class in io.grpc.internal that a call goes to, without its package; null if none. */
  private static String grpcOwner(String owner, String name) throws ClassNotFoundException {
    Class<?> type = owner.startsWith("[") ? null : Class.forName(owner);
    while (type != null && !type.getName().startsWith("io.grpc.internal.")) {
      boolean own =
          !type.getName().startsWith("io.github.grpcuds.")
              || name.equals("<init>")
              || declares(type, name);
      type = own ? null : type.getSuperclass();
    }
    return type == null ? null : type.getName().substring("io.grpc.internal.".length());
  }

  private static boolean declares(Class<?> type, String name) {
    return Stream.concat(Stream.of(type.getDeclaredMethods()), Stream.of(type.getDeclaredFields()))
        .anyMatch(member -> member.getName().equals(name));
  }

  private static List<String> references() throws Exception {
    Path classes =
        Paths.get(GrpcVersion.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> references = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.collect(Collectors.toList())) {
        boolean itself = file.endsWith("GrpcVersion.class"); // it copes without
        boolean module = file.endsWith("module-info.class"); // has no code
        if (file.toString().endsWith(".class") && !itself && !module) {
          try (InputStream in = Files.newInputStream(file)) {
            references.addAll(ClassReferences.in(in));
          }
        }
      }
    }
    return references;
  }

  /** Loads grpc-uds and gRPC anew, but for one class: a version that no longer has it. */
  private static final class WithoutClass extends ClassLoader {
    private final String hidden;

    WithoutClass(String hidden) {
      super(WithoutClass.class.getClassLoader());
      this.hidden = hidden;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        if (name.equals(hidden)) {
          throw new ClassNotFoundException(name);
        }
        if (!name.startsWith("io.grpc.") && !name.startsWith("io.github.grpcuds.")) {
          return super.loadClass(name, resolve);
        }
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = readAll(in);
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static byte[] readAll(InputStream in) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        bytes.write(buffer, 0, n);
      }
      return bytes.toByteArray();
    }
  }
}
