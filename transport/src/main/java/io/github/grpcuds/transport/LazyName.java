package io.github.grpcuds.transport;

/** A name that came with the credentials, or is looked up once when somebody wants it. */
final class LazyName {
  /** Gives the name, or null. */
  interface Lookup {
    String get();
  }

  /** The name that came; null if there was none. */
  final String told;

  private Lookup lookup; // null when there is nothing to look up any more
  private String found;

  private LazyName(String told, Lookup lookup) {
    this.told = told;
    this.found = told;
    this.lookup = lookup;
  }

  static LazyName told(String name) {
    return new LazyName(name, null);
  }

  static LazyName lookedUp(Lookup lookup) {
    return new LazyName(null, lookup);
  }

  synchronized String get() {
    if (lookup != null) {
      found = lookup.get();
      lookup = null;
    }
    return found;
  }
}
