package io.github.grpcuds.it.packaging;

import org.junit.jupiter.api.Test;

/** Class paths with other gRPC jars than ours ask for. */
class ClassPathTest extends PackagingTest {
  private static final String NETTYS_TARGET = "dns:///localhost:1";

  /**
   * The two are alike to gRPC, which takes the first one of the class path for what is not ours.
   */
  @Test
  void besideBothNettys() throws Exception {
    String printed =
        selfCall(on(ClassPath.ofProgram().withFirst("netty")), NETTYS_TARGET, "unix-abstract:a");
    assertPrinted(printed, target() + " is for " + OURS);
    assertPrinted(printed, "unix-abstract:a is for " + OURS);
    assertPrinted(printed, NETTYS_TARGET + " is for io.grpc.netty.");
  }

  @Test
  void besideGrpcNettyShadedAlone() throws Exception {
    String printed =
        selfCall(on(ClassPath.ofProgram().withFirst("grpc-netty-shaded")), NETTYS_TARGET);
    assertPrinted(printed, target() + " is for " + OURS);
    assertPrinted(printed, NETTYS_TARGET + " is for io.grpc.netty.shaded.");
  }

  /** Of grpc-okhttp there is no such version: the one of the build stays. */
  @Test
  void withTheNewestGrpcCore() throws Exception {
    built("grpc-newest");
    ClassPath newest =
        ClassPath.ofProgram()
            .without("grpc-(api|context|core|stub|util)-")
            .with(TARGET.resolve("grpc-newest").resolve("*"));
    String printed = selfCall(on(newest));
    assertPrinted(printed, target() + " is for " + OURS);
  }
}
