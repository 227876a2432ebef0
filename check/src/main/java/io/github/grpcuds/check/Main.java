package io.github.grpcuds.check;

import io.github.grpcuds.transport.UdsAddress;
import java.io.PrintStream;
import java.util.logging.Level;
import java.util.logging.Logger;

/** {@code java -jar grpc-uds-check.jar [--json] [TARGET]}. */
public final class Main {
  static final int WELL = 0;
  static final int BROKEN = 1;
  static final int MISUSED = 2;

  private static final String USAGE =
      "Usage: java -jar grpc-uds-check.jar [--json] [TARGET]\n"
          + "Tells what grpc-uds can do on this machine. With a target, such as unix:/run/app.sock"
          + " or unix-abstract:name,\n"
          + "also what is there, who listens, what it speaks, and how fast it answers.\n"
          + "  --json  prints JSON\n"
          + "Ends with 0 if all works, 1 if something does not, 2 if it is called in another way.\n"
          + "To look at the class path of an application:\n"
          + "  java -cp 'APPLICATION-CLASS-PATH:grpc-uds-check.jar' io.github.grpcuds.check.Main\n";

  private Main() {}

  /** Prints the report and ends the JVM with the verdict. */
  public static void main(String[] args) {
    Logger.getLogger("").setLevel(Level.OFF); // what is wrong is in the report
    System.exit(run(args, System.out, System.err));
  }

  static int run(String[] args, PrintStream out, PrintStream err) {
    boolean json = false;
    UdsAddress address = null;
    for (String arg : args) {
      if (arg.equals("--help") || arg.equals("-h")) {
        out.print(USAGE);
        return WELL;
      } else if (arg.equals("--json")) {
        json = true;
      } else if (arg.startsWith("-") || address != null) {
        err.print("not understood: " + arg + "\n" + USAGE);
        return MISUSED;
      } else {
        try {
          address = arg.startsWith("unix") ? UdsAddress.parse(arg) : UdsAddress.ofPath(arg);
        } catch (IllegalArgumentException e) {
          err.print(e.getMessage() + "\n" + USAGE);
          return MISUSED;
        }
      }
    }
    Report report = check(address);
    out.print(json ? JsonFormat.of(report) : TextFormat.of(report));
    out.flush();
    return report.worst() == io.github.grpcuds.check.Level.FAILURE ? BROKEN : WELL;
  }

  private static Report check(UdsAddress address) {
    Report report = new Report();
    report.section("Platform", new PlatformChecks(report)::run);
    report.section("Backends", new BackendChecks(report, address)::run);
    report.section("gRPC", new GrpcChecks(report)::run);
    report.section("Limits", new LimitChecks(report)::run);
    if (address != null) {
      report.section("Socket " + address, new SocketChecks(report, address)::run);
      report.section("Server of " + address, new ServerChecks(report, address)::run);
    }
    return report;
  }
}
