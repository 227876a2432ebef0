package io.github.grpcuds.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.testkit.ChildJvm;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.TlsServerCredentials;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A process to be killed: it writes the names of all calls that begin into a file, before anything
 * else is done for them.
 *
 * <p>Its arguments are that file and, for TLS, a certificate and its key. It serves the path that a
 * line of standard input says, or the socket that standard input is (the argument "inherited").
 */
final class CountingServer {
  static final Metadata.Key<String> NAME =
      Metadata.Key.of("name", Metadata.ASCII_STRING_MARSHALLER);

  /** Such calls are not answered where they run first, but where they run again. */
  static final String HELD = "held-";

  private static final long GRACE_MILLIS = 100; // as a shutdown hook of README, for the impatient

  private CountingServer() {}

  static ChildJvm jvm() {
    return new ChildJvm(CountingServer.class).sameBackend();
  }

  public static void main(String[] args) throws Exception {
    Counter counter = new Counter(Paths.get(args[0]));
    if (args.length == 2) {
      serve(UdsServerBuilder.inherited(), counter);
      Thread.sleep(Long.MAX_VALUE);
    }
    ServerCredentials creds =
        args.length == 3
            ? TlsServerCredentials.create(new File(args[1]), new File(args[2]))
            : InsecureServerCredentials.create();
    System.out.println("waits");
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String path; (path = lines.readLine()) != null; ) {
      serve(UdsServerBuilder.forPath(path, creds), counter);
    }
    Runtime.getRuntime().halt(0);
  }

  private static void serve(UdsServerBuilder builder, Counter counter) throws IOException {
    Server server = builder.addService(new ByteEcho()).intercept(counter).build().start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop"));
    System.out.println("listening");
  }

  private static void stop(Server server) {
    server.shutdown();
    try {
      if (!server.awaitTermination(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
    }
  }

  private static final class Counter implements ServerInterceptor {
    private final FileChannel file;
    private final Set<String> before;

    Counter(Path path) throws IOException {
      before = new HashSet<>(Files.readAllLines(path));
      file = FileChannel.open(path, StandardOpenOption.APPEND);
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
        ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
      String name = headers.get(NAME);
      try {
        file.write(ByteBuffer.wrap((name + "\n").getBytes(UTF_8)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (name.startsWith(HELD) && !before.contains(name)) {
        System.out.println("holds " + name);
        return new ServerCall.Listener<ReqT>() {};
      }
      return next.startCall(call, headers);
    }
  }
}
