package io.github.grpcuds.transport.internal.jdk;

import io.github.grpcuds.transport.UdsAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells a full backlog, for which the JDK has but the C library's text in the user's language, from
 * all other errors: by what it says of a backlog that we have filled ourselves.
 */
final class BacklogFull {
  /** What EAGAIN is in English, and in no language anything else. */
  private static final String ENGLISH = "Resource temporarily unavailable";

  private static final int MOST = 64; // Linux takes two more than it is told

  private final JdkBackend backend;
  private boolean tried; // guarded by this
  private String text; // null if this system has none for it; guarded by this

  BacklogFull(JdkBackend backend) {
    this.backend = backend;
  }

  boolean isMeantBy(IOException e) {
    String message = e.getMessage();
    return ENGLISH.equals(message) || (message != null && message.equals(text()));
  }

  /** Once: the language of a process does not change. */
  private synchronized String text() {
    if (!tried) {
      tried = true;
      try (TempSocketFolder folder = TempSocketFolder.create()) {
        text = fill(folder.address());
      } catch (IOException | RuntimeException e) {
        // No folder or no descriptors: whatever is not known is told as it is, and not tried again.
      }
    }
    return text;
  }

  private String fill(UdsAddress address) throws IOException {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocketChannel server = backend.openServerChannel()) {
      server.bind(backend.socketAddress(address), 1);
      while (waiting.size() < MOST) {
        waiting.add(backend.openSocketChannel());
        SocketChannel channel = waiting.get(waiting.size() - 1);
        channel.configureBlocking(false);
        try {
          channel.connect(backend.socketAddress(address));
        } catch (ConnectException e) {
          return null; // BSDs refuse it
        } catch (IOException e) {
          return waiting.size() == 1 ? null : e.getMessage(); // the first has room: it is forbidden
        }
      }
      return null;
    } finally {
      for (SocketChannel channel : waiting) {
        channel.close();
      }
    }
  }
}
