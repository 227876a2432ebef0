package io.github.grpcuds.check;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.channel.Backend;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which backends run here, what they can do, and which one an address gets. */
final class BackendChecks {
  private final Report report;
  private final UdsAddress address; // null: none is asked about

  BackendChecks(Report report, UdsAddress address) {
    this.report = report;
    this.address = address;
  }

  void run() {
    String forced = System.getProperty(Backends.PROPERTY, "");
    if (!forced.isEmpty()) {
      report.warning("choice", "the system property " + Backends.PROPERTY + " forces " + forced);
    }
    int usable = 0;
    for (String name : Backends.names()) {
      String reason = Backends.unavailable(name);
      if (reason == null) {
        usable++;
        report.ok(name, "usable: " + capabilities(Backends.named(name)));
      } else {
        report.ok(name, "not usable: " + reason);
      }
    }
    if (usable == 0) {
      report.failure("choice", "no backend is usable");
    } else if (address != null) {
      choice();
    }
  }

  private static String capabilities(Backend backend) {
    return backend.capabilities().isEmpty()
        ? "paths"
        : "paths, "
            + backend.capabilities().stream()
                .map(capability -> capability.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(", "));
  }

  private void choice() {
    try {
      report.ok("choice", Backends.choose(address).name() + " for " + address);
    } catch (IOException e) {
      report.failure("choice", e.getMessage());
    }
  }
}
