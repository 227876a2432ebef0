package io.github.grpcuds.android;

import android.net.LocalSocketAddress.Namespace;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.ChannelCredentials;
import java.util.Objects;

/**
 * Makes builders of channels to Unix domain sockets from what {@link
 * android.net.LocalSocketAddress} takes. It stands in for {@code io.grpc.android.UdsChannelBuilder}
 * of grpc-android: change the import.
 *
 * <p>The builders are those of {@link io.github.grpcuds.okhttp.UdsChannelBuilder}, which you can
 * also call yourself.
 */
public final class UdsChannelBuilder {
  /** What init(8) puts the sockets of system services into. */
  private static final String RESERVED_FOLDER = "/dev/socket/";

  private UdsChannelBuilder() {}

  /**
   * Returns a builder for a channel in plain text. A server of another user is refused on an
   * abstract name unless you set {@link io.github.grpcuds.okhttp.UdsChannelBuilder#serverPolicy}:
   * any app can take such a name.
   *
   * @param path a path, the name of an abstract socket, or that of a file in {@code /dev/socket}
   * @param namespace says which of these it is
   * @throws IllegalArgumentException if the path is empty, too long (107 bytes) or not a path, as
   *     for {@link UdsAddress#ofPath} and {@link UdsAddress#ofAbstract}
   */
  public static io.github.grpcuds.okhttp.UdsChannelBuilder forPath(
      String path, Namespace namespace) {
    return io.github.grpcuds.okhttp.UdsChannelBuilder.forAddress(address(path, namespace));
  }

  /**
   * Returns a builder for a channel with these credentials, as {@link #forPath(String, Namespace)}
   * does.
   *
   * @throws IllegalArgumentException also if grpc-okhttp does not understand the credentials
   */
  public static io.github.grpcuds.okhttp.UdsChannelBuilder forPath(
      String path, Namespace namespace, ChannelCredentials creds) {
    return io.github.grpcuds.okhttp.UdsChannelBuilder.forAddress(address(path, namespace), creds);
  }

  private static UdsAddress address(String path, Namespace namespace) {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(namespace, "namespace");
    switch (namespace) {
      case ABSTRACT:
        return UdsAddress.ofAbstract(path);
      case RESERVED:
        return UdsAddress.ofPath(RESERVED_FOLDER + path);
      case FILESYSTEM:
        return UdsAddress.ofPath(path);
    }
    throw new IllegalArgumentException("unknown name space: " + namespace);
  }
}
