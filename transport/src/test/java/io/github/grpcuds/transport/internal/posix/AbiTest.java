package io.github.grpcuds.transport.internal.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers are those of jnr-constants, which were read from the headers of each system. */
final class AbiTest {
  private static final String[] TABLES = {
    "Errno", "Sock", "SocketLevel", "SocketOption", "Shutdown", "Fcntl", "OpenFlags"
  };

  private static final List<String> NOT_IN_TABLES =
      Arrays.asList("UNKNOWN", "FD_CLOEXEC", "MSG_DONTWAIT", "SO_PEERGROUPS");

  @ParameterizedTest
  @CsvSource({
    "LINUX, linux",
    "LINUX, linux.aarch64",
    "LINUX, linux.s390x",
    "LINUX, linux.loongarch64",
    "LINUX_PPC, linux.powerpc64",
    "LINUX_MIPS, linux.mips64el",
    "BSD, darwin",
    "BSD, freebsd",
    "BSD, freebsd.aarch64",
    "BSD, openbsd",
    "BSD, dragonflybsd"
  })
  void numbersAreThoseOfTheSystem(Abi abi, String platform) throws Exception {
    Map<String, Integer> ours = new TreeMap<>();
    for (Errno errno : Errno.values()) {
      ours.put(errno.name(), errno.on(abi));
    }
    for (Constant constant : Constant.values()) {
      ours.put(constant.name(), constant.on(abi));
    }
    ours.keySet().removeAll(NOT_IN_TABLES);
    if (abi == Abi.BSD) {
      assertEquals(-1, ours.remove("SO_PEERCRED"));
    }
    assertEquals(numbers(platform, ours.keySet()), ours);
  }

  private static Map<String, Integer> numbers(String platform, Set<String> names)
      throws ReflectiveOperationException {
    Map<String, Integer> numbers = new TreeMap<>();
    for (String table : TABLES) {
      Class<?> type = Class.forName("jnr.constants.platform." + platform + "." + table);
      for (Object entry : type.getEnumConstants()) {
        String name = ((Enum<?>) entry).name();
        if (names.contains(name)) {
          numbers.put(name, ((jnr.constants.Constant) entry).intValue());
        }
      }
    }
    return numbers;
  }

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, LINUX",
    "Linux, aarch64, LINUX",
    "Linux, riscv64, LINUX",
    "Linux, s390x, LINUX",
    "Linux, ppc64le, LINUX_PPC",
    "Linux, mips64el, LINUX_MIPS",
    "Linux, sparcv9, OTHER",
    "Mac OS X, aarch64, BSD",
    "FreeBSD, amd64, BSD",
    "OpenBSD, amd64, BSD",
    "SunOS, amd64, OTHER",
    "AIX, ppc64, OTHER"
  })
  void systemIsToldByItsName(String os, String arch, Abi abi) {
    assertSame(abi, Abi.of(os, arch));
  }
}
