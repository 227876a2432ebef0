package io.github.grpcuds.android.internal;

import io.github.grpcuds.transport.internal.channel.ChannelTest;

final class AndroidChannelTest extends ChannelTest {
  AndroidChannelTest() {
    super("android");
  }
}
