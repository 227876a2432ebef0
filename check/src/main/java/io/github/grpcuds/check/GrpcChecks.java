package io.github.grpcuds.check;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.ServerBuilder;
import io.grpc.internal.GrpcUtil;
import java.net.URL;
import java.security.CodeSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The versions of grpc-java on the class path, and who takes {@code unix:} targets. */
final class GrpcChecks {
  private static final String OURS = "io.github.grpcuds.";
  private static final String EXAMPLE = "unix:/grpc-uds-check";

  /** A class of each of its jars. */
  private static final Map<String, String> JARS = jars();

  private final Report report;

  GrpcChecks(Report report) {
    this.report = report;
  }

  private static Map<String, String> jars() {
    Map<String, String> jars = new LinkedHashMap<>();
    jars.put("grpc-api", "io.grpc.ManagedChannel");
    jars.put("grpc-core", "io.grpc.internal.ManagedChannelImplBuilder");
    jars.put("grpc-stub", "io.grpc.stub.ClientCalls");
    jars.put("grpc-okhttp", "io.grpc.okhttp.OkHttpChannelBuilder");
    jars.put("grpc-netty", "io.grpc.netty.NettyChannelBuilder");
    jars.put("grpc-netty-shaded", "io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder");
    jars.put("grpc-protobuf", "io.grpc.protobuf.ProtoUtils");
    return jars;
  }

  void run() {
    versions();
    resolver();
    channel();
    server();
  }

  private void versions() {
    Set<String> versions = new LinkedHashSet<>();
    JARS.forEach(
        (jar, type) -> {
          Class<?> found = PlatformChecks.find(type);
          if (found == null) {
            boolean needed = jar.equals("grpc-okhttp") || jar.equals("grpc-core");
            report.add(jar, needed ? Level.FAILURE : Level.OK, "not on the class path");
          } else {
            String version = versionOf(found);
            report.ok(jar, version + where(found));
            versions.add(version);
          }
        });
    if (versions.size() > 1) {
      report.warning("versions", "jars of different versions are mixed: " + versions);
    }
  }

  /** In a jar of everything, such as this program's, the manifest has lost it. */
  private static String versionOf(Class<?> type) {
    boolean shaded = location(type).equals(location(GrpcUtil.class));
    return shaded ? GrpcUtil.IMPLEMENTATION_VERSION : PlatformChecks.version(type);
  }

  private static String where(Class<?> type) {
    String path = location(type);
    return path.isEmpty()
        ? ""
        : ", " + path.substring(path.lastIndexOf('/', path.length() - 2) + 1);
  }

  /** The path of its jar or folder; empty if it is not known. */
  private static String location(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    URL location = source == null ? null : source.getLocation();
    return location == null ? "" : location.getPath();
  }

  private void resolver() {
    NameResolverProvider provider =
        NameResolverRegistry.getDefaultRegistry().getProviderForScheme("unix");
    if (provider == null) {
      report.failure("resolver of unix:", "none: META-INF/services was not merged");
    } else {
      report.add("resolver of unix:", levelOf(provider), provider.getClass().getName());
    }
  }

  private void channel() {
    try {
      ChannelCredentials creds = InsecureChannelCredentials.create();
      ManagedChannelBuilder<?> builder = Grpc.newChannelBuilder(EXAMPLE, creds);
      report.add("channels of unix:", levelOf(builder), builder.getClass().getName());
    } catch (RuntimeException e) {
      report.failure("channels of unix:", e.getMessage());
    }
  }

  /** Ports are none of ours: a server is made by UdsServerBuilder. */
  private void server() {
    try {
      ServerBuilder<?> builder =
          Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create());
      report.ok("servers of ports", builder.getClass().getName());
    } catch (RuntimeException e) {
      report.ok("servers of ports", "none: " + e.getMessage());
    }
  }

  private static Level levelOf(Object found) {
    return found.getClass().getName().startsWith(OURS) ? Level.OK : Level.WARNING;
  }
}
