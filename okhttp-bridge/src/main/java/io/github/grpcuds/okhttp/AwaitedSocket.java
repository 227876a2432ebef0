package io.github.grpcuds.okhttp;

import io.github.grpcuds.transport.UdsAddress;
import java.io.File;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** A socket that channels wait for. Guarded by the {@link SocketWatch} whose it is. */
final class AwaitedSocket {
  final UdsAddress address;

  /** Who waits, and until when (nanoTime). */
  private final Map<SocketWatch.Client, Long> clients = new LinkedHashMap<>();

  /** By folder on the way to the socket, from the root on, what is next in it. */
  private final Map<File, String> steps = new LinkedHashMap<>();

  private final File file; // null if nothing can be said of it but by a connect
  long nextLook; // nanoTime
  long interval; // until the look after that, nanoseconds
  boolean watched; // its folders are, since the last change

  AwaitedSocket(UdsAddress address) {
    this.address = address;
    String path = address.path();
    this.file = path == null || !isAscii(path) ? null : new File(path).getAbsoluteFile();
    if (file != null) {
      addSteps(file);
    }
  }

  private void addSteps(File step) {
    File folder = step.getParentFile();
    if (folder != null) {
      addSteps(folder);
      steps.put(folder, step.getName());
    }
  }

  /** What else a JVM may be unable to name, in the C locale. */
  private static boolean isAscii(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  void add(SocketWatch.Client client, long until) {
    clients.put(client, until);
  }

  void remove(SocketWatch.Client client) {
    clients.remove(client);
  }

  /** False if nobody is left. */
  boolean expire(long now) {
    Iterator<Long> times = clients.values().iterator();
    while (times.hasNext()) {
      if (times.next() - now <= 0) {
        times.remove();
      }
    }
    return !clients.isEmpty();
  }

  Iterable<SocketWatch.Client> clients() {
    return clients.keySet();
  }

  boolean isMissing() {
    return file != null && !file.exists();
  }

  Iterable<File> folders() {
    return steps.keySet();
  }

  boolean isOnTheWay(File folder, String name) {
    String next = steps.get(folder);
    return next != null && (name == null || next.equals(name));
  }
}
