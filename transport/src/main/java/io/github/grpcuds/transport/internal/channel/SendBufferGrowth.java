package io.github.grpcuds.transport.internal.channel;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Has the kernel take more of one socket's bytes at a time, once it was full again and again: it
 * wakes a writer when three quarters are read, and with little room a large message has both ends
 * wait for each other all the time. Sockets that never have much to send keep what they have, and
 * so do those of peers that do not read.
 *
 * <p>What is in the socket cannot be overtaken: a small answer waits for all of it to be read. So a
 * socket that several streams share has less room, and more only when one has been alone for a
 * while.
 *
 * <p>Used by one thread at a time. Internal to grpc-uds: may change in any version.
 */
public final class SendBufferGrowth {
  /** What is asked for; Linux grants net.core.wmem_max at most, and doubles it. */
  static final int BYTES = 1024 * 1024;

  /** The same while streams share it: a large one is about as fast, and small ones wait less. */
  static final int SHARED_BYTES = 64 * 1024;

  static final long ALONE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final UdsChannel channel;
  private boolean seenFull;
  private boolean settled; // nothing is gained by asking for more
  private boolean grown;
  private boolean shared; // since it was last full
  private boolean waits; // for one stream to be alone
  private long sharedNanos; // when it was last full and shared

  public SendBufferGrowth(UdsChannel channel) {
    this.channel = channel;
  }

  /** Several streams are about to use the socket, or wait for what is in it. */
  public void share() {
    shared = true;
  }

  /**
   * To be called when the socket takes no more.
   *
   * @param wrote whether it has taken something before that
   * @return true, at most once in a while, if it may take more by now
   */
  public boolean grow(boolean wrote) {
    if (settled) {
      return false;
    }
    try {
      return shared ? shrink() : seenFullBefore() && wrote && isAlone() && growNow();
    } catch (IOException e) {
      settled = true; // not to be had; or it is closed, as the next write will say
      return false;
    }
  }

  private boolean shrink() throws IOException {
    shared = false;
    waits = true;
    sharedNanos = System.nanoTime();
    if (grown) {
      grown = false;
      channel.setBufferSize(UdsChannel.Buffer.SEND, SHARED_BYTES);
    }
    return false;
  }

  private boolean seenFullBefore() {
    boolean before = seenFull;
    seenFull = true;
    return before;
  }

  private boolean isAlone() {
    return !grown && (!waits || System.nanoTime() - sharedNanos >= ALONE_NANOS);
  }

  private boolean growNow() throws IOException {
    if (channel.bufferSize(UdsChannel.Buffer.SEND) >= BYTES) {
      settled = true;
      return false;
    }
    grown = true;
    channel.setBufferSize(UdsChannel.Buffer.SEND, BYTES);
    return true;
  }
}
