package io.github.grpcuds.it;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import org.junit.runner.RunWith;
import org.junit.runners.JUnit4;

/** gRPC's interop suite in plain text. */
@RunWith(JUnit4.class)
public class InteropTest extends UdsInterop {
  @Override
  ServerCredentials serverCredentials() {
    return InsecureServerCredentials.create();
  }

  @Override
  ChannelCredentials channelCredentials() {
    return InsecureChannelCredentials.create();
  }

  @Override
  UdsInterop another() {
    return new InteropTest();
  }
}
