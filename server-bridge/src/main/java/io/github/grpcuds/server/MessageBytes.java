package io.github.grpcuds.server;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Messages as the bytes they are. Each is copied once, into an array of its own size: the buffers
 * that it came in are free again at once, and a channel that retries can send it a second time.
 */
final class MessageBytes implements MethodDescriptor.Marshaller<byte[]> {
  static final MessageBytes MARSHALLER = new MessageBytes();

  private static final int BUFFER_BYTES = 8192;
  private static final byte[] EMPTY = {};

  private MessageBytes() {}

  @Override
  public InputStream stream(byte[] message) {
    return new Message(message);
  }

  @Override
  public byte[] parse(InputStream stream) {
    try {
      return stream instanceof KnownLength ? readKnown(stream) : readAll(stream);
    } catch (IOException e) {
      throw Status.INTERNAL
          .withDescription("A message cannot be read")
          .withCause(e)
          .asRuntimeException();
    }
  }

  private static byte[] readKnown(InputStream stream) throws IOException {
    int length = stream.available();
    if (length == 0) {
      return EMPTY;
    }
    byte[] message = new byte[length];
    for (int have = 0; have < length; ) {
      int read = stream.read(message, have, length - have);
      if (read < 0) {
        throw new IOException("a message of " + length + " bytes ends after " + have);
      }
      have += read;
    }
    return message;
  }

  /** One that was compressed: it has its length only when it is read. */
  private static byte[] readAll(InputStream stream) throws IOException {
    ByteArrayOutputStream message = new ByteArrayOutputStream(BUFFER_BYTES);
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
      message.write(buffer, 0, read);
    }
    return message.toByteArray();
  }

  /** Written in one go, as a protobuf message is. */
  private static final class Message extends ByteArrayInputStream
      implements KnownLength, Drainable {
    Message(byte[] message) {
      super(message);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int length = available();
      target.write(buf, pos, length);
      pos += length;
      return length;
    }
  }
}
