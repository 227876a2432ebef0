package io.github.grpcuds.bridge;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--to unix:/x                                  | --listen is missing",
        "--listen unix:/x                              | --to is missing",
        "--listen 99999x --to unix:/x                  | HOST:PORT: 99999x",
        "--listen localhost:99999 --to unix:/x         | localhost:99999",
        "--listen unix:/x --to nothing:///x            | nothing:///x",
        "--listen unix:/x --to unix:/y --mode rw       | rw",
        "--listen unix:/x --to unix:/y --grace soon    | soon",
        "--listen unix:/x --to unix:/y --balance best  | best",
        "--listen unix:/x --to unix:/y --allow a/b     | a/b",
        "--listen unix:/x --to unix:/y --tls-ca /none  | /none",
        "--listen unix:/x --to unix:/y --tls-cert /a   | --tls-key",
        "--listen unix:/x --to unix:/y --bogus         | unknown argument: --bogus",
        "--listen unix:/x --listen unix:/z --to unix:/y| --listen is given twice: unix:/x and unix:/z",
        "--listen localhost:0 --to unix:/y --mode 0600 | --mode is not for TCP: localhost:0"
      })
  void badArgumentIsNamed(String arguments, String part) {
    String message =
        assertThrows(
                UsageException.class,
                () -> new UdsBridgeMain(new Arguments(arguments.trim().split(" +", -1))))
            .getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void helpNamesEachArgument() {
    for (String name : Arguments.names()) {
      assertTrue(UdsBridgeMain.USAGE.contains(name), name);
    }
  }
}
