package io.github.grpcuds.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A type that users see stays for years: a new one is added here on purpose. */
final class PublicTypesTest {
  private static final String SUFFIX = ".class";

  @Test
  void theseAndNoOthersArePublic() throws Exception {
    assertThat(publicTypes())
        .containsExactlyInAnyOrder(
            "SocketFileMode",
            "UdsClientAutoConfiguration",
            "UdsGrpcChannelFactory",
            "UdsGrpcServerFactory",
            "UdsPeerAuthenticationToken",
            "UdsPeerConfigurer",
            "UdsServerAutoConfiguration",
            "UdsServerProperties",
            "UdsServerProperties$Peer",
            "UdsServerProperties$Socket",
            "UdsServerProperties$Systemd");
  }

  private static List<String> publicTypes() throws Exception {
    Class<?> one = UdsServerAutoConfiguration.class;
    Path classes = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    String packageName = one.getPackageName();
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(classes.resolve(packageName.replace('.', '/')))) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(SUFFIX) && !name.startsWith("package-info")) {
          String type = name.substring(0, name.length() - SUFFIX.length());
          if (Modifier.isPublic(Class.forName(packageName + "." + type).getModifiers())) {
            found.add(type);
          }
        }
      }
    }
    return found;
  }
}
