package io.github.grpcuds.benchmarks;

/** The virtual threads of Java 21, by reflection, for this is compiled for Java 8. */
final class VirtualThreads {
  private VirtualThreads() {}

  static Thread unstarted(Runnable body) {
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      return (Thread)
          Class.forName("java.lang.Thread$Builder")
              .getMethod("unstarted", Runnable.class)
              .invoke(builder, body);
    } catch (ReflectiveOperationException e) {
      throw new UnsupportedOperationException("virtual threads need Java 21", e);
    }
  }
}
