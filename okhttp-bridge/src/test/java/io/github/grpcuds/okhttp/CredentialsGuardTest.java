package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.UdsAddress;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.ChannelCredentials;
import io.grpc.CompositeChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.net.InetAddress;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class CredentialsGuardTest {
  private final CredentialsGuard guard = new CredentialsGuard();
  private final Tokens tokens = new Tokens();
  private final Outcome outcome = new Outcome();

  private static UdsAddress address() {
    return UdsAddress.ofPath("/run/app.sock");
  }

  private static final class Tokens extends CallCredentials {
    RequestInfo seen;

    @Override
    public void applyRequestMetadata(RequestInfo request, Executor executor, MetadataApplier to) {
      seen = request;
      to.apply(new Metadata());
    }
  }

  private static final class Outcome extends CallCredentials.MetadataApplier {
    Status failure;

    @Override
    public void apply(Metadata headers) {}

    @Override
    public void fail(Status status) {
      failure = status;
    }
  }

  private static final class Request extends CallCredentials.RequestInfo {
    private final SecurityLevel level;
    private final Attributes attributes;

    Request(SecurityLevel level, UdsAddress server) {
      this.level = level;
      Attributes.Builder builder = Attributes.newBuilder();
      if (server != null) {
        builder.set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, server);
      }
      this.attributes = builder.build();
    }

    @Override
    public SecurityLevel getSecurityLevel() {
      return level;
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
      return Calls.METHOD;
    }

    @Override
    public CallOptions getCallOptions() {
      return CallOptions.DEFAULT.withAuthority("of the call");
    }

    @Override
    public String getAuthority() {
      return "localhost";
    }

    @Override
    public Attributes getTransportAttrs() {
      return attributes;
    }
  }

  private void apply(SecurityLevel level, UdsAddress server) {
    ChannelCredentials guarded =
        guard.guard(
            CompositeChannelCredentials.create(InsecureChannelCredentials.create(), tokens));
    ((CompositeChannelCredentials) guarded)
        .getCallCredentials()
        .applyRequestMetadata(new Request(level, server), Runnable::run, outcome);
  }

  private void assertRefused(String server) {
    assertNull(tokens.seen);
    assertEquals(Status.Code.UNAUTHENTICATED, outcome.failure.getCode());
    String start = "call credentials are not sent to " + server + ",";
    assertTrue(outcome.failure.getDescription().startsWith(start), outcome.failure.toString());
  }

  @Test
  void verifiedConnectionCountsAsSecure() {
    UdsAddress server = address();
    guard.verified(server);
    apply(SecurityLevel.NONE, server);
    assertNull(outcome.failure);
    assertEquals(SecurityLevel.PRIVACY_AND_INTEGRITY, tokens.seen.getSecurityLevel());
    assertSame(server, tokens.seen.getTransportAttrs().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    assertSame(Calls.METHOD, tokens.seen.getMethodDescriptor());
    assertEquals("of the call", tokens.seen.getCallOptions().getAuthority());
    assertEquals("localhost", tokens.seen.getAuthority());
  }

  /** Its server may be another one than that of the first. */
  @Test
  void secondConnectionToTheSameSocketIsNotVerifiedByTheFirst() {
    UdsAddress first = address();
    guard.verified(first);
    apply(SecurityLevel.NONE, address());
    assertRefused("unix:/run/app.sock");
    apply(SecurityLevel.NONE, first); // which is still known
    assertEquals(first, tokens.seen.getTransportAttrs().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }

  /** Which the guard counts on. */
  @Test
  void eachConnectionHasAnInstanceOfItsOwn() throws Exception {
    InetAddress carrier = CarrierAddress.wrap(address()).getAddress();
    assertNotSame(CarrierAddress.unwrap(carrier), CarrierAddress.unwrap(carrier));
  }

  @Test
  void connectionToAnUnknownPlaceIsRefused() {
    apply(SecurityLevel.NONE, null);
    assertRefused("null");
  }

  @Test
  void integrityAloneIsNotEnough() {
    apply(SecurityLevel.INTEGRITY, address());
    assertRefused("unix:/run/app.sock");
  }

  @Test
  void secureTransportNeedsNoPolicy() {
    apply(SecurityLevel.PRIVACY_AND_INTEGRITY, null);
    assertNull(outcome.failure);
    assertEquals(SecurityLevel.PRIVACY_AND_INTEGRITY, tokens.seen.getSecurityLevel());
  }
}
