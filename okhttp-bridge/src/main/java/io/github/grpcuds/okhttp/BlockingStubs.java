package io.github.grpcuds.okhttp;

import io.grpc.CallOptions;
import java.lang.reflect.Field;

/** Knows the calls of blocking stubs, whose threads run the callbacks themselves. */
final class BlockingStubs {
  /** How gRPC marks calls of stubs; null if it does not. */
  private static final CallOptions.Key<?> STUB_TYPE = stubType();

  private BlockingStubs() {}

  private static CallOptions.Key<?> stubType() {
    try {
      Field option = Class.forName("io.grpc.stub.ClientCalls").getDeclaredField("STUB_TYPE_OPTION");
      option.setAccessible(true);
      return (CallOptions.Key<?>) option.get(null);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return null; // there are no stubs, or other ones: callbacks run as always
    }
  }

  /** Whether a call with these options is one of a blocking stub's. */
  static boolean called(CallOptions options) {
    return STUB_TYPE != null
        && "BLOCKING".equals(String.valueOf((Object) options.getOption(STUB_TYPE)));
  }
}
