package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritingCallTest {
  @TempDir Path dir;

  private final Marshaller requests = new Marshaller();

  /** Tells whether writes are put off while a request is marshalled, in the middle of a method. */
  private static final class Marshaller implements MethodDescriptor.Marshaller<String> {
    final FakeConnection connection = new FakeConnection();
    boolean putsOff;
    int messages;

    @Override
    public InputStream stream(String value) {
      messages++;
      putsOff = DeferredRuns.current().offer(connection.writer);
      return new ByteArrayInputStream(new byte[0]);
    }

    @Override
    public String parse(InputStream stream) {
      return "";
    }
  }

  private UdsChannelBuilder builder() {
    return UdsChannelBuilder.forPath(dir.resolve("missing").toString());
  }

  private boolean putsOff(ManagedChannel channel) throws Exception {
    assertEquals(Status.Code.UNAVAILABLE, Calls.status(channel).getCode()); // names are resolved
    ClientCall<String, String> call =
        channel.newCall(
            Calls.METHOD.toBuilder(requests, requests).build(),
            CallOptions.DEFAULT.withWaitForReady());
    call.start(new ClientCall.Listener<String>() {}, new Metadata());
    int before = requests.messages;
    call.sendMessage("");
    assertEquals(before + 1, requests.messages);
    Calls.shutdown(channel);
    return requests.putsOff;
  }

  @Test
  void callsPutWritesOffToTheEndOfTheMethod() throws Exception {
    assertTrue(putsOff(builder().inlineWrites(true).build()));
  }

  @Test
  void callsThatDoNotWriteThemselvesPutNothingOff() throws Exception {
    assertFalse(putsOff(builder().inlineWrites(false).build()));
  }

  @Test
  void laterChannelOfTheSameBuilderChangesNothing() throws Exception {
    UdsChannelBuilder builder = builder().inlineWrites(true);
    ManagedChannel writing = builder.build();
    Calls.shutdown(builder.inlineWrites(false).build());
    assertTrue(putsOff(writing));
  }
}
