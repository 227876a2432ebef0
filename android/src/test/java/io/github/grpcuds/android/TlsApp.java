package io.github.grpcuds.android;

import android.net.LocalSocketAddress.Namespace;
import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.security.Security;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.conscrypt.Conscrypt;

/**
 * An app with a client and a server that speak TLS by Conscrypt, which is Android's own provider
 * and one that an app can bring. It has a JVM of its own, because gRPC looks for its provider once.
 */
public final class TlsApp {
  private final String path;

  private TlsApp(String path) {
    this.path = path;
  }

  /** Prints how calls go over a socket at the path that is the first argument. */
  public static void main(String[] args) throws Exception {
    Security.insertProviderAt(Conscrypt.newProvider(), 1);
    TlsApp app = new TlsApp(args[0]);
    Server server =
        UdsServerBuilder.forPath(
                args[0],
                TlsServerCredentials.newBuilder()
                    .keyManager(pem("server.pem"), pem("server.key"))
                    .trustManager(pem("client.pem"))
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                    .build())
            .maxInboundMessageSize(8 << 20)
            .addService(Echo.service())
            .intercept(new ServerSession())
            .build()
            .start();
    app.showSocket();
    app.call("known", client("client", "server"));
    app.call("unknown client", client("stranger", "server"));
    app.call("unknown server", client("client", "stranger"));
    app.call("plain text", null);
    server.shutdownNow();
  }

  /** What the provider makes of a socket that is not the platform's. */
  private void showSocket() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, null, null);
    try (Socket plain = new UdsSocketFactory("unix:" + path).createSocket("localhost", 0)) {
      Socket secured = context.getSocketFactory().createSocket(plain, "localhost", 0, true);
      System.out.println("socket: " + secured.getClass().getName());
    }
  }

  private static ChannelCredentials client(String own, String trusted) throws IOException {
    return TlsChannelCredentials.newBuilder()
        .keyManager(pem(own + ".pem"), pem(own + ".key"))
        .trustManager(pem(trusted + ".pem"))
        .build();
  }

  private static InputStream pem(String name) {
    return UdsServerBuilder.class.getResourceAsStream("tls/" + name);
  }

  private void call(String who, ChannelCredentials creds) {
    ManagedChannel channel =
        (creds == null
                ? UdsChannelBuilder.forPath(path, Namespace.FILESYSTEM)
                : UdsChannelBuilder.forPath(path, Namespace.FILESYSTEM, creds))
            .maxInboundMessageSize(8 << 20)
            .intercept(new ClientSession())
            .build();
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS);
    try {
      EchoCalls.make(channel);
      byte[] large = ClientCalls.blockingUnaryCall(channel, Echo.UNARY, options, new byte[6 << 20]);
      System.out.println(who + ": " + large.length);
    } catch (StatusRuntimeException e) {
      System.out.println(who + ": " + e.getMessage());
    } finally {
      channel.shutdownNow();
    }
  }

  private static void show(String end, Attributes connection) {
    SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    System.out.println(
        end + ": " + session.getProtocol() + " of " + session.getClass().getPackage().getName());
  }

  private static final class ServerSession implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      show("server", call.getAttributes());
      return next.startCall(call, headers);
    }
  }

  private static final class ClientSession implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<Q, A>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          super.start(
              new SimpleForwardingClientCallListener<A>(listener) {
                @Override
                public void onHeaders(Metadata answer) {
                  show("client", getAttributes());
                  super.onHeaders(answer);
                }
              },
              headers);
        }
      };
    }
  }
}
