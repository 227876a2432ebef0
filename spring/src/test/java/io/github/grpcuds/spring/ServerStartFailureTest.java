package io.github.grpcuds.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/** What a user reads if a server cannot start. */
final class ServerStartFailureTest {
  private static final String BACKEND = "grpcuds.backend";

  @TempDir Path folder;

  @Test
  void addressInUseNamesTheServerThere() {
    Path socket = folder.resolve("a.sock");
    application(socket)
        .run(
            first -> {
              assertThat(first).hasNotFailed();
              assertFailure(
                  application(socket),
                  "'spring.grpc.server.address' asks with the value 'unix:" + socket + "'",
                  "Address already in use: " + socket + ": a server is listening",
                  "Stop the server that listens there");
              assertThat(Contexts.hello(first, "unix:" + socket)).isEqualTo(Contexts.helloToMe());
            });
  }

  @Test
  void missingFolderIsNamed() {
    assertFailure(
        application(folder.resolve("missing/a.sock")),
        "there is no directory " + folder.resolve("missing"),
        "'grpcuds.server.socket.create-parents'");
  }

  @Test
  void foreignFileStays() throws Exception {
    Path file = Files.writeString(folder.resolve("notes.txt"), "mine");
    assertFailure(application(file), "there is already a regular file", "choose another path with");
    assertThat(file).hasContent("mine");
  }

  @Test
  void pathThatNoBackendServesNamesTheReasons() {
    String before = System.getProperty(BACKEND);
    System.setProperty(BACKEND, "jdk"); // which has no abstract names
    try {
      assertFailure(
          Contexts.withGreeter()
              .withPropertyValues("spring.grpc.server.address=unix-abstract:grpc-uds-spring-test"),
          "no backend for unix-abstract:grpc-uds-spring-test: jdk: ",
          "'grpcuds.backend'");
    } finally {
      if (before == null) {
        System.clearProperty(BACKEND);
      } else {
        System.setProperty(BACKEND, before);
      }
    }
  }

  @Test
  void nobodyMayConnect() {
    assertFailure(
        application(folder.resolve("a.sock"))
            .withPropertyValues("grpcuds.server.peer.users=nobody-of-that-name"),
        "there is no user nobody-of-that-name",
        "'grpcuds.server.peer'");
  }

  @Test
  void groupThatThereIsNot() {
    assertFailure(
        application(folder.resolve("a.sock"))
            .withPropertyValues("grpcuds.server.socket.group=nobodies-of-that-name"),
        "there is no group nobodies-of-that-name",
        "Correct what the message names");
    assertThat(folder.resolve("a.sock")).doesNotExist();
  }

  @Test
  void nothingIsInherited() {
    assertFailure(
        Contexts.withGreeter().withPropertyValues("grpcuds.server.systemd.inherit=true"),
        "'grpcuds.server.systemd.inherit' asks",
        "no socket was passed to this process",
        "Start the application by its socket unit");
  }

  @Test
  void otherFailuresAreOthers() {
    assertThat(analyzer().analyze(new IllegalStateException("other"))).isNull();
  }

  private static ApplicationContextRunner application(Path socket) {
    return Contexts.withGreeter().withPropertyValues("spring.grpc.server.address=unix:" + socket);
  }

  private static void assertFailure(ApplicationContextRunner application, String... texts) {
    application.run(
        context -> {
          assertThat(context).hasFailed();
          FailureAnalysis analysis = analyzer().analyze(context.getStartupFailure());
          assertThat(analysis).as("of %s", context.getStartupFailure()).isNotNull();
          assertThat(analysis.getDescription() + "\n" + analysis.getAction()).contains(texts);
        });
  }

  /** As Boot finds it. */
  private static FailureAnalyzer analyzer() {
    return SpringFactoriesLoader.forDefaultResourceLocation()
        .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, failure) -> {}))
        .stream()
        .filter(UdsServerStartFailureAnalyzer.class::isInstance)
        .findFirst()
        .orElseThrow();
  }
}
