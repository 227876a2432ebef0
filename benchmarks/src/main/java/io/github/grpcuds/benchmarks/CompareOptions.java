package io.github.grpcuds.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/** The arguments of the comparison. */
final class CompareOptions {
  static final String USAGE =
      "benchmarks/compare [--quick] [--rounds N] [--seconds S] [--rows a,b] [--transports x,y]"
          + " [--to x] [--jdk HOME] [--jnr-jdk HOME] [--busy-poll MICROS]\n  rows: "
          + Arrays.toString(Row.values())
          + "\n  transports: "
          + Arrays.toString(Peer.values());

  int rounds = 5;
  double seconds = 1;
  int coldRuns = 3;
  List<Row> rows = Arrays.asList(Row.values());
  List<Peer> peers =
      new ArrayList<>(EnumSet.complementOf(EnumSet.of(Peer.UDS_FFM))); // that needs Java 22
  Peer yardstick = Peer.NETTY_UDS;
  String jdk = System.getProperty("java.home");
  String jnrJdk; // of uds-jnr; null: as the others'
  Integer busyPollMicros; // of grpc-uds; null: it adapts

  static CompareOptions parse(String... args) {
    CompareOptions options = new CompareOptions();
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--quick")) {
        options.rounds = 2;
        options.seconds = 0.3;
        options.coldRuns = 1;
      } else if (i + 1 < args.length) {
        options.set(args[i], args[++i]);
      } else {
        throw new IllegalArgumentException("unknown, or without a value: " + args[i]);
      }
    }
    return options;
  }

  private void set(String name, String value) {
    switch (name) {
      case "--rounds":
        rounds = Integer.parseInt(value);
        break;
      case "--seconds":
        seconds = Double.parseDouble(value);
        break;
      case "--rows":
        rows = rows(value);
        break;
      case "--transports":
        peers = peers(value);
        break;
      case "--to":
        yardstick = Peer.of(value);
        break;
      case "--jdk":
        jdk = value;
        break;
      case "--jnr-jdk":
        jnrJdk = value;
        break;
      case "--busy-poll":
        busyPollMicros = Integer.valueOf(value);
        break;
      default:
        throw new IllegalArgumentException("no such option: " + name);
    }
  }

  /** The home of the JDK that runs the processes of a transport. */
  String jdk(Peer peer) {
    return peer == Peer.UDS_JNR && jnrJdk != null ? jnrJdk : jdk;
  }

  private static List<Row> rows(String list) {
    List<Row> rows = new ArrayList<>();
    for (String id : list.split(",", -1)) {
      rows.add(Row.of(id));
    }
    return rows;
  }

  private static List<Peer> peers(String list) {
    List<Peer> peers = new ArrayList<>();
    for (String id : list.split(",", -1)) {
      peers.add(Peer.of(id));
    }
    return peers;
  }
}
