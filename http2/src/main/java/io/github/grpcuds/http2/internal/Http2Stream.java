package io.github.grpcuds.http2.internal;

/** One stream of a connection, guarded by the lock of the connection's owner. */
public final class Http2Stream {
  private final int id;
  private Object attachment;

  boolean open = true; // in the table; nothing happens to it any more once it is not
  boolean peerEnded; // END_STREAM came
  boolean answered; // the header fields of a response are sent
  long contentLength = -1; // announced and not yet come; -1 if not announced

  long headerCost; // of the request's header fields

  // Of ReceiveWindows.
  int receiveWindow;
  int windowGrowth; // beyond the initial size
  int unannounced; // consumed, but the peer does not know yet
  int held; // received and not consumed
  long heldCost; // of the pieces of held

  // Of SendQueue.
  final PieceQueue queue = new PieceQueue();
  int sendWindow;
  HeaderList headers; // to be sent first; null if they are sent or not there yet
  boolean endQueued; // the end follows the queue
  HeaderList trailers; // the end is made of; null for the flag alone
  boolean waitsToAnswer; // in SendQueue's list of those that need no window
  long answerBytes; // that wait there
  boolean scheduled; // in SendQueue's list of those that have something to send
  int sent; // since the listener was told

  Http2Stream(int id) {
    this.id = id;
  }

  public int id() {
    return id;
  }

  /** Keeps what the owner has for this stream. */
  public void attach(Object attachment) {
    this.attachment = attachment;
  }

  public Object attachment() {
    return attachment;
  }
}
