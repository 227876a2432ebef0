package io.github.grpcuds.bridge;

import io.github.grpcuds.server.UdsBridge;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program {@code uds-bridge}. */
public final class UdsBridgeMain {
  /** Of {@code --authority}: the one that the caller has sent. */
  static final String CALLER = "caller";

  static final String USAGE =
      String.join(
          System.lineSeparator(),
          "usage: uds-bridge --listen ADDRESS --to TARGET [OPTION...]",
          "",
          "Forwards gRPC calls of any method from one address to another.",
          "",
          "  --listen ADDRESS        unix:PATH, unix-abstract:NAME, HOST:PORT for TCP in plain text, or",
          "                          inherited for the socket that systemd or inetd passes",
          "  --to TARGET             any target of gRPC: dns:///HOST:PORT, unix:PATH, ...",
          "",
          "Who may call what:",
          "  --mode MODE             of the socket file, such as 0660; default 0600",
          "  --group GROUP           of the socket file",
          "  --user USER[,USER...]   accept connections from processes of these users alone",
          "  --allow SERVICE[,...]   forward these services alone, such as helloworld.Greeter",
          "  --identity-header NAME  tell the backend who calls: NAME: pid=4711 uid=1000 gid=1000",
          "  --authority NAME        tell the backend this :authority; \"caller\" for the caller's own;",
          "                          default: that of the target",
          "",
          "The way to the backend:",
          "  --tls                   TLS; --tls-ca FILE for a CA that the JVM does not know,",
          "                          --tls-cert FILE and --tls-key FILE for a certificate of our own",
          "  --balance POLICY        pick_first (default) or round_robin over the target's addresses",
          "  --keepalive SECONDS     ping after so much silence in a call",
          "",
          "Services beside the backend's:",
          "  --health                answer grpc.health.v1.Health here: NOT_SERVING while the backend",
          "                          cannot be reached. Otherwise the backend answers",
          "  --reflection            let server reflection through --allow",
          "",
          "Limits:",
          "  --max-message BYTES     each way; default 4194304",
          "  --max-metadata BYTES    of a call, each way; default 8192",
          "  --max-calls N           open ones of a connection; default 1000",
          "  --max-connections N     further ones wait; default: no limit",
          "  --grace SECONDS         for which SIGTERM and SIGINT let calls go on; default 30",
          "",
          "  --help, --version",
          "",
          "Exit status: 2 for a bad argument, 1 if it cannot start, 143 or 130 after SIGTERM or SIGINT.");

  private static final List<String> REFLECTION =
      Arrays.asList(
          "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection");

  private final Arguments arguments;
  private final String target;
  private final ManagedChannel channel;
  private final BackendHealth health;
  private final Server server;
  private final int graceSeconds;

  UdsBridgeMain(Arguments arguments) throws UsageException {
    this.arguments = arguments;
    this.target = arguments.required("--to");
    this.graceSeconds = arguments.number("--grace", 30);
    ServerBuilder<?> door = Door.open(arguments);
    this.channel = Backend.connect(arguments);
    this.health = new BackendHealth(channel, target);
    boolean built = false;
    try {
      this.server = build(door);
      built = true;
    } finally {
      if (!built) {
        channel.shutdownNow();
      }
    }
  }

  /** Runs until a signal ends it. */
  public static void main(String[] args) throws InterruptedException {
    oneLineLogs();
    try {
      Arguments arguments = new Arguments(args);
      if (arguments.has("--help")) {
        System.out.println(USAGE);
      } else if (arguments.has("--version")) {
        System.out.println("uds-bridge " + version());
      } else {
        new UdsBridgeMain(arguments).run();
      }
    } catch (UsageException e) {
      System.err.println("uds-bridge: " + e.getMessage());
      System.err.println("Try uds-bridge --help.");
      System.exit(2);
    } catch (IOException e) {
      System.err.println("uds-bridge: cannot listen: " + e);
      System.exit(1);
    }
  }

  /** What the libraries log looks like what the program does. */
  private static void oneLineLogs() {
    String property = "java.util.logging.SimpleFormatter.format";
    if (System.getProperty(property) == null) {
      System.setProperty(property, "%1$tFT%1$tT.%1$tL%1$tz %4$s %3$s: %5$s%6$s%n");
    }
  }

  private static String version() {
    String version = UdsBridgeMain.class.getPackage().getImplementationVersion();
    return version == null ? "(not from a jar)" : version;
  }

  private Server build(ServerBuilder<?> door) throws UsageException {
    door.directExecutor()
        .maxInboundMessageSize(arguments.number("--max-message", Limits.MESSAGE))
        .maxInboundMetadataSize(arguments.number("--max-metadata", Limits.METADATA))
        .fallbackHandlerRegistry(bridge());
    if (arguments.has("--health")) {
      door.addService(health.service());
    }
    return door.build();
  }

  private UdsBridge bridge() throws UsageException {
    UdsBridge bridge = UdsBridge.forwardTo(channel);
    try {
      if (arguments.has("--allow")) {
        List<String> services = new ArrayList<>(arguments.list("--allow"));
        services.addAll(arguments.has("--reflection") ? REFLECTION : new ArrayList<>());
        bridge = bridge.withServices(services.toArray(new String[0]));
      }
      if (arguments.has("--identity-header")) {
        bridge = bridge.withIdentityHeader(arguments.get("--identity-header"));
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("--allow or --identity-header cannot be used", e);
    }
    return CALLER.equals(arguments.get("--authority")) ? bridge.withCallersAuthority() : bridge;
  }

  private void run() throws IOException, InterruptedException {
    server.start();
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    Log.line(
        "process "
            + processId()
            + " listening on "
            + Door.addressOf(server)
            + ", forwarding "
            + (arguments.has("--allow") ? arguments.list("--allow") : "all services")
            + " to "
            + target
            + (Backend.usesTls(arguments) ? ", TLS" : ", plain text"));
    health.start();
    server.awaitTermination();
  }

  /** Java 8 has no other way to it. */
  private static String processId() {
    String name = ManagementFactory.getRuntimeMXBean().getName();
    return name.substring(0, name.indexOf('@'));
  }

  /** Lets calls go on for a while: the JVM halts when this returns. */
  private void stop() {
    Log.line("stopping: no new calls, those under way have " + graceSeconds + " s");
    health.drain();
    server.shutdown();
    try {
      if (!server.awaitTermination(graceSeconds, TimeUnit.SECONDS)) {
        Log.line("cancelling the calls that are still open");
        server.shutdownNow();
        server.awaitTermination(5, TimeUnit.SECONDS);
      }
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Log.line("stopped");
  }
}
