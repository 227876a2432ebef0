package io.github.grpcuds.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The server's process: {@code PeerServer TRANSPORT FOLDER}. */
final class PeerServer {
  private PeerServer() {}

  /** Serves until the end of the input; takes the commands cpu and memory. */
  public static void main(String[] args) throws Exception {
    Endpoints endpoints;
    try {
      endpoints = start(Peer.of(args[0]), args[1]);
    } catch (Exception | LinkageError e) {
      Commands.print(Commands.error(e));
      throw e;
    }
    Map<String, Object> greeting = ProcessFacts.jvm();
    greeting.put("pooled", endpoints.pooled);
    greeting.put("direct", endpoints.direct);
    Commands.serve(greeting, PeerServer::handle);
  }

  private static Endpoints start(Peer peer, String folder) throws IOException {
    if (peer != Peer.RAW) {
      return GrpcServers.start(Wiring.of(peer), folder);
    }
    String path = folder + "/raw.sock";
    RawServer.start(path);
    return new Endpoints(path, path);
  }

  private static Map<String, Object> handle(String[] words) throws IOException {
    if (words[0].equals("memory")) {
      return ProcessFacts.memory();
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("cpu", ProcessFacts.cpuNanos());
    return answer;
  }
}
