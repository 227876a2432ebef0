package io.github.grpcuds.transport.internal.backend;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.Platform;
import io.github.grpcuds.transport.internal.channel.Backend;
import io.github.grpcuds.transport.internal.ffm.FfmBackend;
import io.github.grpcuds.transport.internal.jdk.JdkBackend;
import io.github.grpcuds.transport.internal.jnr.JnrBackend;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The backends of this JVM in order of preference, and the choice among them.
 *
 * <p>The JDK's own channels come first: they need no native code of ours. The JDK's foreign
 * functions serve what they cannot, abstract names and the longest paths, from JDK 22 on, and
 * jnr-unixsocket before. Android has a backend of its own, and no other. The system property {@code
 * grpcuds.backend}, read at each connect and listen, forces one.
 *
 * <p>What a connect runs has no lambdas: the JVM makes each of them in half a millisecond.
 */
public final class Backends {
  public static final String PROPERTY = "grpcuds.backend";

  private static final String ADVICE = ", add com.github.jnr:jnr-unixsocket to the class path";

  /** Of grpc-uds-android, which is made for it alone. */
  private static final String ANDROID = "android";

  private static final List<Candidate> CANDIDATES =
      Platform.ANDROID
          ? Collections.singletonList(new Candidate(ANDROID, new AndroidLoader()))
          : Arrays.asList(
              new Candidate(JdkBackend.NAME, new JdkLoader()),
              new Candidate(FfmBackend.NAME, new FfmLoader()),
              new Candidate(JnrBackend.NAME, new JnrLoader()));

  private Backends() {}

  /**
   * The backend for an address.
   *
   * @throws IOException with the reason of each backend that cannot serve it
   */
  public static Backend choose(UdsAddress address) throws IOException {
    return choose(
        address.toString(),
        new Refusal() {
          @Override
          public String of(Backend backend) {
            return backend.refusal(address);
          }
        });
  }

  /**
   * The backend for a descriptor that the process was started with.
   *
   * @throws IOException with the reason of each backend that cannot take it
   */
  public static Backend inheriting(int fd, String shown) throws IOException {
    return choose(shown, backend -> backend.inheritRefusal(fd));
  }

  /**
   * The backend for datagrams.
   *
   * @throws IOException with the reason of each backend that cannot send them
   */
  public static Backend sendingDatagrams(UdsAddress address) throws IOException {
    return choose("datagrams to " + address, Backend::datagramRefusal);
  }

  /** The id of this process. */
  public static long pid() throws IOException {
    return choose("an inherited socket", backend -> null).pid();
  }

  /** Fails as {@link JdkBackend#load} does. */
  interface Loader {
    Backend load() throws IOException;
  }

  private static final class JdkLoader implements Loader {
    @Override
    public Backend load() throws IOException {
      return JdkBackend.load();
    }
  }

  private static final class FfmLoader implements Loader {
    @Override
    public Backend load() throws IOException {
      return FfmBackend.load();
    }
  }

  private static final class JnrLoader implements Loader {
    @Override
    public Backend load() throws IOException {
      return JnrBackend.load();
    }
  }

  private static final class AndroidLoader implements Loader {
    @Override
    public Backend load() {
      try {
        return Class.forName("io.github.grpcuds.android.internal.AndroidBackend")
            .asSubclass(Backend.class)
            .getDeclaredConstructor()
            .newInstance();
      } catch (ReflectiveOperationException e) {
        throw new UnsupportedOperationException(
            "this is Android, and io.github.grpcuds:grpc-uds-android is not in the app: " + e, e);
      }
    }
  }

  /** Why a backend cannot do something; null if it can. */
  private interface Refusal {
    String of(Backend backend) throws IOException;
  }

  private static Backend choose(String what, Refusal refusal) throws IOException {
    String forced = System.getProperty(PROPERTY, "");
    List<String> reasons = new ArrayList<>();
    for (Candidate candidate : CANDIDATES) {
      if (forced.isEmpty() || forced.equals(candidate.name)) {
        String reason = candidate.refusal(refusal);
        if (reason == null) {
          return candidate.backend;
        }
        reasons.add(candidate.name + ": " + reason);
      }
    }
    if (reasons.isEmpty()) {
      throw new SocketException(
          "unknown backend in system property "
              + PROPERTY
              + ": \""
              + forced
              + "\" (one of "
              + names()
              + ")");
    }
    throw new SocketException("no backend for " + what + ": " + String.join("; ", reasons));
  }

  /** The names of all backends, in order of preference. */
  public static List<String> names() {
    List<String> names = new ArrayList<>();
    for (Candidate candidate : CANDIDATES) {
      names.add(candidate.name);
    }
    return names;
  }

  /** Why a backend does not run here; null if it does. */
  public static String unavailable(String name) {
    for (Candidate candidate : CANDIDATES) {
      if (candidate.name.equals(name)) {
        return candidate.load();
      }
    }
    throw new IllegalArgumentException("unknown backend: \"" + name + "\"");
  }

  /** A backend by name, for tests; null if it does not run here. */
  public static Backend named(String name) {
    for (Candidate candidate : CANDIDATES) {
      if (candidate.name.equals(name)) {
        candidate.load();
        return candidate.backend;
      }
    }
    throw new IllegalArgumentException("unknown backend: \"" + name + "\"");
  }

  /** Loaded once, at the first need: loading jnr-unixsocket costs 100 ms and a native library. */
  static final class Candidate {
    final String name;
    private final Loader loader;
    private Backend backend; // guarded by this until set
    private String unavailable; // why there is none for good; guarded by this

    Candidate(String name, Loader loader) {
      this.name = name;
      this.loader = loader;
    }

    /** Loads the backend; null, or why there is none. */
    synchronized String load() {
      if (backend == null && unavailable == null) {
        try {
          backend = loader.load();
        } catch (UnsupportedOperationException e) {
          unavailable = e.getMessage();
        } catch (NoClassDefFoundError e) {
          unavailable =
              "a class is missing" + (name.equals(JnrBackend.NAME) ? ADVICE : "") + ": " + e;
        } catch (IOException e) {
          return e.getMessage(); // a shortage of descriptors, say, which passes
        }
      }
      return unavailable;
    }

    String refusal(UdsAddress address) {
      String missing = load();
      return missing != null ? missing : backend.refusal(address);
    }

    private String refusal(Refusal refusal) throws IOException {
      String missing = load();
      return missing != null ? missing : refusal.of(backend);
    }
  }
}
