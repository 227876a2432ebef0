package io.github.grpcuds.android;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.testkit.PublicTypes;
import java.util.Arrays;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A type that users see stays for years: a new one is added here on purpose. */
class PublicTypesTest {
  @Test
  void theseAndNoOthersArePublic() throws Exception {
    assertEquals(
        new TreeSet<>(
            Arrays.asList(
                "io.github.grpcuds.android.UdsChannelBuilder",
                "io.github.grpcuds.android.UdsProviders")),
        PublicTypes.besides(UdsChannelBuilder.class));
  }
}
