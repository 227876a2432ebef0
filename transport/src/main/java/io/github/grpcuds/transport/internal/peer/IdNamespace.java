package io.github.grpcuds.transport.internal.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.grpcuds.transport.internal.Platform;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;

/**
 * Which ids of the kernel's answers mean somebody: in a user namespace of Linux, everybody that it
 * does not map has one and the same id, 65534 unless set otherwise (user_namespaces(7)).
 */
public final class IdNamespace {
  public static final IdNamespace USERS =
      here("/proc/self/uid_map", "/proc/sys/kernel/overflowuid");
  public static final IdNamespace GROUPS =
      here("/proc/self/gid_map", "/proc/sys/kernel/overflowgid");

  /** Stands for no id at all: 32 bits, all set. */
  private static final int NOBODY = -1;

  private static final long ALL = 0xffffffffL;
  private static final int OVERFLOW = 65534;

  private final boolean mapsAll;
  private final int overflow;

  IdNamespace(boolean mapsAll, int overflow) {
    this.mapsAll = mapsAll;
    this.overflow = overflow;
  }

  private static IdNamespace here(String map, String overflow) {
    if (!Platform.LINUX) {
      return new IdNamespace(true, OVERFLOW);
    }
    try {
      return of(lines(map), Integer.parseInt(lines(overflow).get(0).trim()));
    } catch (IOException | RuntimeException e) {
      return new IdNamespace(false, OVERFLOW); // no /proc: then that id proves nothing
    }
  }

  private static List<String> lines(String file) throws IOException {
    List<String> all = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(new FileInputStream(file), US_ASCII))) {
      String line;
      while ((line = lines.readLine()) != null) {
        all.add(line);
      }
    }
    return all;
  }

  /**
   * @param map lines of three numbers, of which the last is how many ids in a row are mapped
   */
  static IdNamespace of(List<String> map, int overflow) {
    long mapped = 0;
    for (String line : map) {
      mapped += Long.parseLong(line.trim().split(" +", -1)[2]);
    }
    return new IdNamespace(mapped >= ALL, overflow);
  }

  /** Whether all ids have a meaning here, so that each stands for itself. */
  public boolean mapsAll() {
    return mapsAll;
  }

  /** The id if it stands for one user or group, else null. */
  public Integer known(int id) {
    return id == NOBODY || isUnmapped(id) ? null : Integer.valueOf(id);
  }

  /** Whether the id may be anybody's whom this namespace does not map. */
  public boolean isUnmapped(int id) {
    return !mapsAll && id == overflow;
  }
}
