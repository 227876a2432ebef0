package io.github.grpcuds.check;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.peer.OwnUser;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;

/** The machine, the JVM and who runs it. */
final class PlatformChecks {
  private final Report report;

  PlatformChecks(Report report) {
    this.report = report;
  }

  void run() {
    report.ok("grpc-uds", version(UdsAddress.class));
    report.ok("system", property("os.name") + " " + property("os.version"));
    report.ok(
        "processors", property("os.arch") + ", " + Runtime.getRuntime().availableProcessors());
    report.ok(
        "JVM",
        property("java.vendor") + " " + property("java.version") + ", " + property("java.home"));
    report.ok("user", OwnUser.get().shown());
    options();
    module("jdk.net", "jdk.net.ExtendedSocketOptions", "the jdk backend cannot tell peers' users");
    module("java.logging", "java.util.logging.Logger", "nothing is logged");
    temporaryFolder();
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  static String version(Class<?> type) {
    Package pack = type.getPackage();
    String version = pack == null ? null : pack.getImplementationVersion();
    return version == null ? "unknown version" : version;
  }

  /** Those that have to do with sockets and native code. */
  private void options() {
    try {
      for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
        if (argument.contains("native-access") || argument.contains("grpcuds.")) {
          report.ok("option", argument);
        }
      }
    } catch (LinkageError e) {
      report.ok("options", "not known: no module java.management");
    }
  }

  private void module(String name, String type, String without) {
    if (find(type) == null) {
      report.warning("module " + name, "missing: " + without);
    } else {
      report.ok("module " + name, "there");
    }
  }

  /** A class, not initialized; null if it is not there. */
  static Class<?> find(String type) {
    try {
      return Class.forName(type, false, PlatformChecks.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  /** jnr unpacks its library there, and runs it from there. */
  private void temporaryFolder() {
    Path folder = Paths.get(property("java.io.tmpdir"));
    try {
      Path file = Files.createTempFile(folder, "grpc-uds-check", null);
      Files.delete(file);
    } catch (IOException | RuntimeException e) {
      report.warning("temporary folder", folder + " cannot be written to: " + e);
      return;
    }
    String noexec = mountedNoexec(folder);
    if (noexec == null) {
      report.ok("temporary folder", folder);
    } else {
      report.warning(
          "temporary folder",
          folder
              + " is on "
              + noexec
              + ", mounted noexec: the jnr backend needs -Djffi.extract.dir=FOLDER");
    }
  }

  /** The mount point that the folder is on, if nothing may be run from there; otherwise null. */
  private static String mountedNoexec(Path folder) {
    String nearest = null;
    boolean noexec = false;
    try {
      Path real = folder.toRealPath();
      for (String line : Files.readAllLines(Paths.get("/proc/self/mounts"))) {
        String[] columns = line.split(" ", -1); // device, mount point, type, options
        boolean closer = nearest == null || columns[1].length() >= nearest.length();
        if (columns.length > 3 && closer && real.startsWith(columns[1])) {
          nearest = columns[1];
          noexec = ("," + columns[3] + ",").contains(",noexec,");
        }
      }
    } catch (IOException | RuntimeException e) {
      return null; // no such file here
    }
    return noexec ? nearest : null;
  }
}
