package io.github.grpcuds.it.libraries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;

/** The JDBC driver of PostgreSQL, with the server of the distribution. */
class PostgresTest {
  private static final Path INSTALLED = Paths.get("/usr/lib/postgresql");

  @RegisterExtension final SocketFolder folder = new SocketFolder();

  private DaemonProcess server;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(Files.isDirectory(INSTALLED), "there is no " + INSTALLED);
    Path programs;
    try (Stream<Path> versions = Files.list(INSTALLED)) {
      List<Path> all = versions.sorted().collect(Collectors.toList());
      programs = all.get(all.size() - 1).resolve("bin");
    }
    String data = folder.path().resolve("data").toString();
    String socket = folder.path().toString();
    // It refuses to run as root.
    boolean root = System.getProperty("user.name").equals("root");
    if (root) {
      run("chown", "postgres", socket);
    }
    String script =
        programs
            + "/initdb -A trust -U test -D "
            + data
            + " -N >/dev/null && exec "
            + programs
            + "/postgres -D "
            + data
            + " -k "
            + socket
            + " -c listen_addresses= -c fsync=off";
    server =
        root
            ? new DaemonProcess(
                folder.path(),
                "setpriv",
                "--reuid=postgres",
                "--regid=postgres",
                "--clear-groups",
                "sh",
                "-c",
                script)
            : new DaemonProcess(folder.path(), "sh", "-c", script);
    server.awaitSocket(folder.client(".s.PGSQL.5432"));
    Await.until(this::isUp, () -> "it still starts");
  }

  private boolean isUp() {
    try (Connection connection = connect()) {
      return connection.isValid(10);
    } catch (SQLException e) {
      assertEquals("57P03", e.getSQLState(), e.toString()); // cannot_connect_now
      return false;
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private Connection connect() throws SQLException {
    Properties options = new Properties();
    options.setProperty("user", "test");
    options.setProperty("socketFactory", UdsSocketFactory.class.getName());
    options.setProperty("socketFactoryArg", folder.target(".s.PGSQL.5432"));
    return DriverManager.getConnection("jdbc:postgresql://localhost/postgres", options);
  }

  @Test
  void statementsAndLargeValues() throws SQLException {
    byte[] value = new byte[20_000_000];
    new Random(1).nextBytes(value);
    try (Connection connection = connect();
        PreparedStatement echo = connection.prepareStatement("select ?::bytea")) {
      echo.setBytes(1, value);
      try (ResultSet result = echo.executeQuery()) {
        assertTrue(result.next());
        assertArrayEquals(value, result.getBytes(1));
      }
    }
  }

  @Test
  void copy() throws Exception {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      rows.append(i).append('\n');
    }
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("create temporary table t (n int)");
      long copied =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("copy t from stdin", new StringReader(rows.toString()));
      assertEquals(100_000, copied);
    }
  }

  /** It connects once more, to say so. */
  @Test
  void timedOutStatementIsCancelled() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      SQLException e =
          assertThrows(SQLException.class, () -> statement.execute("select pg_sleep(60)"));
      assertEquals("57014", e.getSQLState(), e.toString()); // query_canceled
      assertTrue(statement.execute("select 1"));
    }
  }
}
