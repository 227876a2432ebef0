package io.github.grpcuds.transport.internal.channel;

import java.io.IOException;

/**
 * Has the kernel take more of one socket's bytes at a time, once it was full again and again: it
 * wakes a writer when three quarters are read, and with little room a large message has both ends
 * wait for each other all the time. Sockets that never have much to send keep what they have, and
 * so do those of peers that do not read.
 *
 * <p>Used by one thread at a time. Internal to grpc-uds: may change in any version.
 */
public final class SendBufferGrowth {
  /** What is asked for; Linux grants net.core.wmem_max at most, and doubles it. */
  static final int BYTES = 1024 * 1024;

  private final UdsChannel channel;
  private boolean seenFull;
  private boolean asked;

  public SendBufferGrowth(UdsChannel channel) {
    this.channel = channel;
  }

  /**
   * To be called when the socket takes no more.
   *
   * @param wrote whether it has taken something before that
   * @return true, once, if it may take more by now
   */
  public boolean grow(boolean wrote) {
    boolean first = !seenFull;
    seenFull = true;
    if (first || asked || !wrote) {
      return false;
    }
    asked = true;
    try {
      if (channel.bufferSize(UdsChannel.Buffer.SEND) >= BYTES) {
        return false;
      }
      channel.setBufferSize(UdsChannel.Buffer.SEND, BYTES);
      return true;
    } catch (IOException e) {
      return false; // not to be had; or it is closed, as the next write will say
    }
  }
}
