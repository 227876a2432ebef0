package io.github.grpcuds.android.internal;

import io.github.grpcuds.transport.internal.socket.StressTest;

final class AndroidStressTest extends StressTest {
  AndroidStressTest() {
    super("android");
  }
}
