package io.github.grpcuds.it.libraries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Jedis, with the redis-server of the distribution. */
class RedisTest {
  private static final Path SERVER = Paths.get("/usr/bin/redis-server");

  private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);

  @RegisterExtension final SocketFolder folder = new SocketFolder();

  @Test
  void jedis() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(SERVER), "there is no " + SERVER);
    UdsSocketFactory factory = folder.client("redis");
    String path = folder.path().resolve("redis").toString();
    try (DaemonProcess server =
        new DaemonProcess(
            folder.path(),
            SERVER.toString(),
            "--port",
            "0",
            "--unixsocket",
            path,
            "--save",
            "",
            "--dir",
            folder.path().toString())) {
      server.awaitSocket(factory);
      byte[] value = new byte[5_000_000];
      new Random(1).nextBytes(value);
      try (Jedis jedis =
          new Jedis(() -> connected(factory), DefaultJedisClientConfig.builder().build())) {
        assertEquals("PONG", jedis.ping());
        jedis.set(KEY, value);
        assertArrayEquals(value, jedis.get(KEY));
      }
    }
  }

  private static Socket connected(UdsSocketFactory factory) {
    try {
      return factory.createSocket("localhost", 1);
    } catch (IOException e) {
      throw new JedisConnectionException(e);
    }
  }
}
