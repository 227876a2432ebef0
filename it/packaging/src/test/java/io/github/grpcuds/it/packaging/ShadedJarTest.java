package io.github.grpcuds.it.packaging;

import io.github.grpcuds.testkit.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Jars of everything, in which services are merged and packages may have other names. */
class ShadedJarTest extends PackagingTest {
  private static ChildJvm jar(String name) {
    return new ChildJvm("-jar", built(name).toString());
  }

  @Test
  void merged() throws Exception {
    String printed = selfCall(jar("merged.jar").sameBackend());
    assertPrinted(printed, target() + " is for " + OURS);
  }

  @Test
  void mergedOnJnr() throws Exception {
    String printed = selfCall(jar("merged.jar").backend("jnr"));
    assertPrinted(printed, ", jnr]");
  }

  /** Our packages, gRPC's and what it needs; not jnr's. */
  @Test
  void relocated() throws Exception {
    String printed = selfCall(jar("relocated.jar").sameBackend());
    assertPrinted(printed, target() + " is for elsewhere.grpcuds.okhttp.UdsChannelBuilder");
  }

  @Test
  void relocatedOnJnr() throws Exception {
    String printed = selfCall(jar("relocated.jar").backend("jnr"));
    assertPrinted(printed, ", jnr]");
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_16)
  void relocatedJnrDoesNoHarmWhereTheJdksChannelsServe() throws Exception {
    String printed = selfCall(jar("relocated-jnr.jar").backend("jdk"));
    assertPrinted(printed, ", jdk]");
  }

  @Test
  void relocatedJnrIsToldOf() throws Exception {
    String printed = failure(jar("relocated-jnr.jar").backend("jnr"));
    assertPrinted(printed, "jffi was relocated");
  }
}
