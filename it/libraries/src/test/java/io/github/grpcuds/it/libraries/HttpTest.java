package io.github.grpcuds.it.libraries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.util.Random;
import javax.net.SocketFactory;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.Buffer;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Apache HttpClient and OkHttp, with MockWebServer at the other end: each has our sockets. */
class HttpTest {
  @RegisterExtension final SocketFolder folder = new SocketFolder();

  private final MockWebServer server = new MockWebServer();
  private final MockWebServer other = new MockWebServer();

  @AfterEach
  void close() {
    server.close();
    other.close();
  }

  private static byte[] randomBytes() {
    byte[] bytes = new byte[3_000_000];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private void serve(MockWebServer server, String name, byte[] body) throws IOException {
    server.setServerSocketFactory(folder.server(name));
    server.start();
    for (int i = 0; i < 3; i++) {
      server.enqueue(new MockResponse.Builder().body(new Buffer().write(body)).build());
    }
  }

  @Test
  void apacheHttpClient() throws IOException {
    byte[] body = randomBytes();
    serve(server, "s", body);
    SocketConfig everything =
        SocketConfig.custom()
            .setSoTimeout(Timeout.ofSeconds(30))
            .setSoKeepAlive(true)
            .setTcpKeepIdle(60)
            .setTcpKeepInterval(10)
            .setTcpKeepCount(5)
            .setTcpNoDelay(true)
            .setSndBufSize(100_000)
            .setRcvBufSize(100_000)
            .build();
    try (CloseableHttpClient client =
        HttpClients.custom()
            .setConnectionManager(
                new OurSockets(folder.client("s")).setDefaultSocketConfig(everything).build())
            .build()) {
      for (int i = 0; i < 3; i++) {
        HttpGet get = new HttpGet(server.url("/file").uri());
        byte[] answer =
            client.execute(get, response -> EntityUtils.toByteArray(response.getEntity()));
        assertArrayEquals(body, answer);
      }
    }
  }

  /** How you give Apache HttpClient 5 a socket factory. */
  private static final class OurSockets extends PoolingHttpClientConnectionManagerBuilder {
    private final SocketFactory factory;

    OurSockets(SocketFactory factory) {
      this.factory = factory;
    }

    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
        SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
      return new DefaultHttpClientConnectionOperator(
          proxy -> factory.createSocket(),
          ports,
          names,
          RegistryBuilder.<TlsSocketStrategy>create().register("https", tls).build());
    }
  }

  @Test
  void okHttp() throws IOException {
    byte[] body = randomBytes();
    serve(server, "s", body);
    OkHttpClient client = new OkHttpClient.Builder().socketFactory(folder.client("s")).build();
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(body, get(client, server));
    }
    assertEquals(1, client.connectionPool().connectionCount(), "connections");
    client.connectionPool().evictAll();
  }

  /** A pool takes connections to the same host and port for the same, whatever their sockets. */
  @Test
  void okHttpClientForAnotherSocketNeedsAPoolOfItsOwn() throws IOException {
    serve(server, "s", new byte[] {1});
    serve(other, "other", new byte[] {2});
    OkHttpClient client = new OkHttpClient.Builder().socketFactory(folder.client("s")).build();
    assertArrayEquals(new byte[] {1}, get(client, server));
    OkHttpClient sharing = client.newBuilder().socketFactory(folder.client("other")).build();
    assertNotEquals(client.socketFactory(), sharing.socketFactory());
    OkHttpClient separate =
        client
            .newBuilder()
            .socketFactory(folder.client("other"))
            .connectionPool(new ConnectionPool())
            .build();
    assertArrayEquals(new byte[] {2}, get(separate, server), "the URL of the first one");
    client.connectionPool().evictAll();
    separate.connectionPool().evictAll();
  }

  private static byte[] get(OkHttpClient client, MockWebServer server) throws IOException {
    Request request = new Request.Builder().url(server.url("/file")).build();
    try (Response response = client.newCall(request).execute()) {
      return response.body().bytes();
    }
  }
}
