package io.github.grpcuds.transport.internal.socket;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The options that TCP sockets of this JVM have, by Java 9's way to set them. Loaded when somebody
 * asks for them: older JVMs and Android have none of this.
 */
final class SocketOptionNames {
  private static final List<String> OF_SOCKETS =
      Arrays.asList(
          "SO_SNDBUF",
          "SO_RCVBUF",
          "SO_KEEPALIVE",
          "SO_REUSEADDR",
          "SO_REUSEPORT",
          "SO_LINGER",
          "IP_TOS",
          "TCP_NODELAY",
          "TCP_KEEPIDLE",
          "TCP_KEEPINTERVAL",
          "TCP_KEEPCOUNT",
          "TCP_QUICKACK");

  private static final List<String> OF_SERVERS =
      Arrays.asList(
          "SO_RCVBUF",
          "SO_REUSEADDR",
          "SO_REUSEPORT",
          "IP_TOS",
          "TCP_KEEPIDLE",
          "TCP_KEEPINTERVAL",
          "TCP_KEEPCOUNT",
          "TCP_QUICKACK");

  static final Set<SocketOption<?>> SOCKET = known(OF_SOCKETS);
  static final Set<SocketOption<?>> SERVER = known(OF_SERVERS);

  private SocketOptionNames() {}

  private static Set<SocketOption<?>> known(List<String> names) {
    Set<SocketOption<?>> found = new LinkedHashSet<>();
    Set<String> wanted = new HashSet<>(names);
    addConstants(StandardSocketOptions.class, wanted, found);
    try {
      addConstants(Class.forName("jdk.net.ExtendedSocketOptions"), wanted, found);
    } catch (ClassNotFoundException | LinkageError e) {
      // A runtime without the module jdk.net, or one that is no JDK: then nobody can name them.
    }
    return Collections.unmodifiableSet(found);
  }

  private static void addConstants(
      Class<?> constants, Set<String> names, Set<SocketOption<?>> found) {
    for (Field field : constants.getFields()) {
      if (Modifier.isStatic(field.getModifiers())
          && SocketOption.class.isAssignableFrom(field.getType())
          && names.contains(field.getName())) {
        try {
          found.add((SocketOption<?>) field.get(null));
        } catch (IllegalAccessException e) {
          throw new LinkageError(field + " is public", e);
        }
      }
    }
  }

  /**
   * Checks what a caller wants of an option.
   *
   * @throws UnsupportedOperationException if it is none of those
   */
  static void check(Set<SocketOption<?>> options, SocketOption<?> name) {
    if (name == null) {
      throw new NullPointerException("name");
    }
    if (!options.contains(name)) {
      throw new UnsupportedOperationException("'" + name + "' not supported");
    }
  }

  static String of(SocketOption<?> option) {
    return option.name();
  }

  static <T> T cast(SocketOption<T> option, Object value) {
    return option.type().cast(value);
  }

  /**
   * The value of an option, which is of its type.
   *
   * @throws IllegalArgumentException if it is null
   */
  static <T> T value(SocketOption<T> name, T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + " is null");
    }
    return value;
  }
}
