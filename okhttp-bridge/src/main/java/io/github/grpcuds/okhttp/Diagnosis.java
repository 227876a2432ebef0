package io.github.grpcuds.okhttp;

import io.github.grpcuds.executor.internal.PrintableText;
import io.github.grpcuds.transport.UdsAddress;
import io.grpc.Status;
import java.io.IOException;
import java.net.SocketException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Says why a connection has failed before its server's SETTINGS, and the way out: what grpc-okhttp
 * says of it is "UNAVAILABLE", "End of stream or IOException" or the number of a frame's length.
 */
final class Diagnosis {
  private final UdsAddress address;
  private final boolean tls;
  private final FirstBytes received;

  Diagnosis(UdsAddress address, boolean tls, FirstBytes received) {
    this.address = address;
    this.tls = tls;
    this.received = received;
  }

  /** The status to tell users instead of grpc-okhttp's. */
  Status of(ConnectAttempt.Stage reached, Status status) {
    if (reached == ConnectAttempt.Stage.THREAD || reached == ConnectAttempt.Stage.CONNECT) {
      return status; // which has the reason
    }
    String reason = tls ? ofTls(reached, status) : ofPlainText();
    if (reason == null) {
      return ExplainedStatus.explain(status);
    }
    return Status.UNAVAILABLE
        .withDescription("Cannot talk to " + address + ": " + reason)
        .withCause(cause(status));
  }

  /** Always one, for whoever wants to know more. */
  private Throwable cause(Status status) {
    if (status.getCause() != null) {
      return status.getCause();
    }
    IOException failure = received.failure();
    return failure == null ? status.asException() : failure;
  }

  private String ofPlainText() {
    if (received.isTls()) {
      return "the server speaks TLS, and this channel plain text: build it with"
          + " TlsChannelCredentials";
    }
    if (received.isHttp1()) {
      return notGrpc();
    }
    if (received.isHttp2()) {
      return null; // what has failed is no matter of who speaks what
    }
    if (received.isEmpty()) {
      return "the server has closed the connection before its SETTINGS: it may have no place for"
          + " this client or refuse its user, as the server's log would say, speak TLS, or be no"
          + " gRPC server";
    }
    return "the server does not speak HTTP/2, as gRPC does: its answer begins with \""
        + received
        + '"';
  }

  private String notGrpc() {
    return "the server speaks HTTP/1.1, and gRPC needs HTTP/2: this is the socket of another"
        + " service, or a proxy without HTTP/2 (it said \""
        + received
        + "\")";
  }

  private String ofTls(ConnectAttempt.Stage reached, Status status) {
    Throwable cause = status.getCause();
    if (received.isHttp1()) {
      return notGrpc();
    }
    if (received.isHttp2()) {
      return "this channel wants TLS, and the server speaks plain text: call usePlaintext() on the"
          + " channel's builder, or use InsecureChannelCredentials";
    }
    if (!received.isEmpty() && !received.isTls()) {
      return "the server does not speak TLS, which this channel wants: its answer begins with \""
          + received
          + '"';
    }
    boolean inHandshake = reached == ConnectAttempt.Stage.TLS_HANDSHAKE;
    boolean closed = received.isEnded() || received.failure() != null;
    if (!received.isEmpty() && (inHandshake ? has(cause, SocketException.class) : closed)) {
      return "the server has closed the connection after its part of the TLS handshake, before its"
          + " SETTINGS: it may want a client certificate that it trusts"
          + " (TlsChannelCredentials.newBuilder().keyManager), or be no gRPC server";
    }
    return inHandshake ? ofHandshake(cause) : null;
  }

  private String ofHandshake(Throwable cause) {
    if (received.isEmpty()) {
      return "the server has closed the connection in the TLS handshake, which this channel wants:"
          + " if the server has no TLS, call usePlaintext() on the channel's builder, or use"
          + " InsecureChannelCredentials";
    }
    if (has(cause, SSLPeerUnverifiedException.class)) {
      return "the server's certificate is for another name ("
          + message(cause)
          + "): call overrideAuthority(...) on the channel's builder with a name that is in it";
    }
    if (has(cause, CertificateException.class) || has(cause, CertPathValidatorException.class)) {
      return "the server's certificate is not trusted ("
          + message(cause)
          + "): give that of its authority to TlsChannelCredentials.newBuilder().trustManager(...)";
    }
    if (cause instanceof RuntimeException) {
      return "TLS has not agreed on HTTP/2 with the server (" + message(cause) + ")";
    }
    return "the TLS handshake failed (" + message(cause) + ")" + wayOutOf(cause);
  }

  private static String wayOutOf(Throwable cause) {
    String message = message(cause);
    if (!(cause instanceof SSLException) || !message.contains("alert")) {
      return "";
    }
    if (message.contains("certificate") || message.contains("unknown_ca")) {
      return ": the server wants a client certificate that it trusts:"
          + " TlsChannelCredentials.newBuilder().keyManager(...)";
    }
    // What TLS 1.2 and some servers of TLS 1.3 say of a client certificate that is missing.
    return message.contains("handshake_failure")
        ? ": the server may want a client certificate that it trusts,"
            + " TlsChannelCredentials.newBuilder().keyManager(...), or has no cipher in common"
        : "";
  }

  private static boolean has(Throwable e, Class<?> type) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  private static String message(Throwable e) {
    String message = e == null ? null : e.getMessage();
    return PrintableText.escapeAll(message == null ? String.valueOf(e) : message);
  }
}
