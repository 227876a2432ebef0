package io.github.grpcuds.it.libraries;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.testkit.Await;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDBC drivers of MariaDB and MySQL, with the MariaDB server of the distribution. */
class MariadbTest {
  private static final Path SERVER = Paths.get("/usr/sbin/mariadbd");
  private static final Path INSTALLER = Paths.get("/usr/bin/mariadb-install-db");

  private static final String MARIADB =
      "jdbc:mariadb://localhost/test?user=test"
          + "&socketFactory=io.github.grpcuds.transport.UdsSocketFactory";
  private static final String MYSQL =
      "jdbc:mysql://localhost/test?user=test&sslMode=DISABLED"
          + "&socketFactory=io.github.grpcuds.it.libraries.MysqlSockets";

  /** Made once: it takes some seconds. */
  private static final SocketFolder DATA = new SocketFolder();

  @RegisterExtension final SocketFolder folder = new SocketFolder();

  private DaemonProcess server;

  @BeforeAll
  static void install() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(SERVER), "there is no " + SERVER);
    DATA.beforeEach(null);
    String[] command = {
      INSTALLER.toString(),
      "--no-defaults",
      "--user=" + System.getProperty("user.name"),
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--datadir=" + DATA.path()
    };
    Path log = DATA.path().resolve("install.log");
    Process installer =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertEquals(0, installer.waitFor(), () -> "see " + log);
  }

  @AfterAll
  static void delete() throws Exception {
    if (DATA.path() != null) {
      DATA.afterEach(null);
    }
  }

  @BeforeEach
  void start() throws Exception {
    Path init = folder.path().resolve("init.sql");
    String statements =
        "create database if not exists test;\n"
            + "create user if not exists test@localhost;\n"
            + "grant all on test.* to test@localhost;\n";
    Files.write(init, statements.getBytes(StandardCharsets.UTF_8));
    server =
        new DaemonProcess(
            folder.path(),
            SERVER.toString(),
            "--no-defaults",
            "--user=" + System.getProperty("user.name"),
            "--datadir=" + DATA.path(),
            "--socket=" + folder.path().resolve("mysql"),
            "--skip-networking",
            "--max-allowed-packet=64M",
            "--init-file=" + init);
    server.awaitSocket(folder.client("mysql"));
    System.setProperty("grpcuds.socket", folder.target("mysql"));
    Await.until(() -> isUp(MARIADB), () -> "it still starts");
  }

  private static boolean isUp(String url) {
    try (Connection connection = DriverManager.getConnection(url)) {
      return connection.isValid(10);
    } catch (SQLException e) {
      return false;
    }
  }

  @AfterEach
  void stop() {
    System.clearProperty("grpcuds.socket");
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {MARIADB, MYSQL})
  void statementsAndLargeValues(String url) throws SQLException {
    byte[] value = new byte[20_000_000];
    new Random(1).nextBytes(value);
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement echo = connection.prepareStatement("select ?, @@version")) {
      echo.setBytes(1, value);
      try (ResultSet result = echo.executeQuery()) {
        assertTrue(result.next());
        assertArrayEquals(value, result.getBytes(1));
        assertTrue(result.getString(2).contains("MariaDB"), result.getString(2));
      }
    }
  }

  /** It connects once more, to say so. */
  @ParameterizedTest
  @ValueSource(strings = {MARIADB, MYSQL})
  void timedOutStatementIsCancelled(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      long start = System.nanoTime();
      String endless = "select count(*) from seq_1_to_1000000000 a, seq_1_to_1000 b";
      assertThrows(SQLException.class, () -> statement.executeQuery(endless));
      long seconds = (System.nanoTime() - start) / 1_000_000_000;
      assertTrue(seconds < 30, () -> "it took " + seconds + " s");
      assertTrue(statement.execute("select 1"));
    }
  }

  @Test
  void withoutTheTargetNothingGoesToTcp() {
    System.clearProperty("grpcuds.socket");
    SQLException e =
        assertThrows(SQLException.class, () -> DriverManager.getConnection(MARIADB).close());
    StringBuilder texts = new StringBuilder();
    for (Throwable t = e; t != null; t = t.getCause()) {
      texts.append(t).append('\n');
    }
    assertTrue(texts.indexOf("grpcuds.socket") >= 0, texts::toString);
  }
}
