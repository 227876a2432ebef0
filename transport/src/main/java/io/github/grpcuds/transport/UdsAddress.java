package io.github.grpcuds.transport;

import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.UserTypes;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The address of a Unix domain socket: a path in the file system or, on Linux, a name in the
 * abstract namespace.
 *
 * <p>Immutable. Two addresses are equal if their bytes are. {@link #toString} returns a gRPC target
 * that {@link #parse} reads back. Lengths are in bytes, and limited by {@code sun_path} of this
 * platform (<a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>): 107 bytes on
 * Linux and Windows, 103 elsewhere.
 */
public final class UdsAddress extends SocketAddress {
  private static final String PROPERTY = "grpcuds.socket";

  private static final long serialVersionUID = 1;

  static {
    UserTypes.set(new UserTypesAccess());
  }

  private static final String PATH_SCHEME = "unix:";
  private static final String ABSTRACT_SCHEME = "unix-abstract:";

  /** What the kernel reports for the end of a connection that was never bound. */
  static final UdsAddress UNNAMED = new UdsAddress(false, new byte[0]);

  private final boolean abstractName;
  private final byte[] name;

  private UdsAddress(boolean abstractName, byte[] name) {
    this.abstractName = abstractName;
    this.name = name;
  }

  /**
   * Returns the address of a socket file.
   *
   * @param path absolute, or relative to the working directory of the process
   * @throws IllegalArgumentException if the path is empty, contains a NUL character, ends with a
   *     slash or is too long, or if it looks like something else: it begins with {@code unix:} or
   *     with the at sign that stands for an abstract name elsewhere, or has a blank at either end
   *     ({@code ./unix:x} and {@code ./@x} are paths)
   */
  public static UdsAddress ofPath(String path) {
    byte[] bytes = utf8("path", path);
    PathForm.check(path, path);
    return ofPath(bytes, path);
  }

  private static UdsAddress ofPath(byte[] path, String shown) {
    checkLength("path", path, shown);
    for (byte b : path) {
      if (b == 0) {
        throw new IllegalArgumentException("path has a NUL character: " + TargetForm.encode(path));
      }
    }
    if (path[path.length - 1] == '/') {
      throw new IllegalArgumentException("path names a directory: \"" + shown + "\"");
    }
    return new UdsAddress(false, path);
  }

  /**
   * Returns the address of a name in Linux's abstract namespace, which has no file and no file
   * mode.
   *
   * @param name without the leading NUL that the kernel requires; every other character, NUL
   *     included, is part of the name
   * @throws IllegalArgumentException if the name is empty or too long
   */
  public static UdsAddress ofAbstract(String name) {
    return ofAbstract(utf8("abstract name", name), name);
  }

  private static UdsAddress ofAbstract(byte[] name, String shown) {
    checkLength("abstract name", name, shown);
    return new UdsAddress(true, name);
  }

  /** What the kernel has, which was checked by nobody. */
  static UdsAddress ofBytes(boolean abstractName, byte[] name) {
    return new UdsAddress(abstractName, name);
  }

  /**
   * The address that the system property {@code grpcuds.socket} names, for what is named by its
   * class alone.
   *
   * @throws IllegalStateException if there is no such property
   */
  static UdsAddress ofProperty() {
    String target = System.getProperty(PROPERTY);
    if (target == null || target.isEmpty()) {
      throw new IllegalStateException(
          "The system property "
              + PROPERTY
              + " is not set: it names the socket of a factory that was made without a target, such"
              + " as -D"
              + PROPERTY
              + "=unix:/run/app.sock");
    }
    return parse(target);
  }

  /**
   * Reads a gRPC target: {@code unix:/absolute}, {@code unix:relative}, {@code unix:///absolute} or
   * {@code unix-abstract:name}, with percent-escapes decoded (<a
   * href="https://github.com/grpc/grpc/blob/master/doc/naming.md">gRPC Name Resolution</a>).
   *
   * @throws IllegalArgumentException if the target has another form, names a host, or its address
   *     is one that {@link #ofPath} or {@link #ofAbstract} would refuse
   */
  public static UdsAddress parse(String target) {
    Objects.requireNonNull(target, "target");
    if (hasScheme(target, PATH_SCHEME)) {
      PathForm.check(target.substring(PATH_SCHEME.length()), target);
      byte[] path = TargetForm.decode(target, PATH_SCHEME.length());
      checkUtf8(path, target);
      return ofPath(path, target);
    }
    if (hasScheme(target, ABSTRACT_SCHEME)) {
      return ofAbstract(TargetForm.decode(target, ABSTRACT_SCHEME.length()), target);
    }
    throw new IllegalArgumentException(
        "not a Unix socket target: \""
            + target
            + "\" (unix:/path, unix:path or unix-abstract:name)");
  }

  private static boolean hasScheme(String target, String scheme) {
    return target.regionMatches(true, 0, scheme, 0, scheme.length());
  }

  /** Returns whether this is a name in the abstract namespace, not a path. */
  public boolean isAbstract() {
    return abstractName;
  }

  /** Returns the path that was given to {@link #ofPath}, or null for an abstract name. */
  public String path() {
    return abstractName ? null : new String(name, StandardCharsets.UTF_8);
  }

  /** The path, or the abstract name without its leading NUL; not a copy. */
  byte[] bytes() {
    return name;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof UdsAddress
        && abstractName == ((UdsAddress) other).abstractName
        && Arrays.equals(name, ((UdsAddress) other).name);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(name) + (abstractName ? 1 : 0);
  }

  /**
   * Returns the target form, such as {@code unix:/run/app.sock}, from which {@link #parse} makes
   * this address again.
   */
  @Override
  public String toString() {
    return (abstractName ? ABSTRACT_SCHEME : PATH_SCHEME) + TargetForm.encode(name);
  }

  private static byte[] utf8(String what, String value) {
    Objects.requireNonNull(value, what);
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(what + " is not Unicode text: \"" + value + "\"", e);
    }
  }

  private static void checkUtf8(byte[] path, String target) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(path));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("path is not UTF-8: \"" + target + "\"", e);
    }
  }

  private static void checkLength(String what, byte[] bytes, String shown) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException(what + " is empty: \"" + shown + "\"");
    }
    int limit = Platform.SUN_PATH_BYTES - 1;
    if (bytes.length > limit) {
      throw new IllegalArgumentException(
          what
              + " is "
              + bytes.length
              + " bytes long in UTF-8, more than the "
              + limit
              + " that this platform's sockets take: \""
              + shown
              + "\"");
    }
  }
}
