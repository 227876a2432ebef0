package io.github.grpcuds.transport.internal.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.SocketFileOptions;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.backend.BackendTest;
import io.github.grpcuds.transport.internal.backend.Backends;
import io.github.grpcuds.transport.internal.backend.Listeners;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What a channel does with native buffers, and with a socket that takes no more. */
public abstract class ChannelTest extends BackendTest {
  private UdsChannel client;
  private UdsChannel server;

  public ChannelTest(String backend) {
    super(backend);
  }

  @BeforeEach
  void connect() throws IOException {
    UdsAddress address = at(dir.resolve("s"));
    UdsListener listener = closing(Listeners.listen(address, SocketFileOptions.defaults(), 8));
    client = closing(Backends.named(backendName()).connect(address));
    server = closing(listener.accept());
  }

  @Test
  void nativeBuffersMoveOnByWhatWasTransferred() throws IOException {
    byte[] bytes = new byte[1000];
    new Random(1).nextBytes(bytes);
    ByteBuffer source = ByteBuffer.allocateDirect(2000);
    source.position(500);
    source.put(bytes);
    source.flip();
    source.position(500);
    assertEquals(1000, client.write(source));
    assertEquals(1500, source.position());
    ByteBuffer target = ByteBuffer.allocateDirect(2000);
    target.position(7);
    assertEquals(1000, server.read(target));
    assertEquals(1007, target.position());
    target.flip();
    target.position(7);
    byte[] read = new byte[1000];
    target.get(read);
    assertArrayEquals(bytes, read);
  }

  @Test
  void nothingToReadLeavesANativeBufferAsItWas() throws IOException {
    ByteBuffer target = ByteBuffer.allocateDirect(10);
    assertEquals(0, server.read(target));
    assertEquals(0, target.position());
    client.close();
    assertEquals(-1, server.read(target));
    assertEquals(0, target.position());
  }

  @Test
  void closedChannelTakesNoNativeBuffers() throws IOException {
    client.close();
    ByteBuffer buffer = ByteBuffer.allocateDirect(10);
    assertEquals(
        "Socket closed",
        assertThrows(SocketException.class, () -> client.write(buffer)).getMessage());
    assertEquals(
        "Socket closed",
        assertThrows(SocketException.class, () -> client.read(buffer)).getMessage());
  }

  @Test
  @EnabledOnOs(OS.LINUX) // which lets a socket grow while bytes wait in it
  void fullSocketTakesMoreOnceItHasGrown() throws IOException {
    SendBufferGrowth room = new SendBufferGrowth(client);
    fill();
    int before = client.bufferSize(UdsChannel.Buffer.SEND);
    assertFalse(room.grow(true), "the peer may not read at all");
    assertFalse(room.grow(false), "nor has it since");
    assertEquals(before, client.bufferSize(UdsChannel.Buffer.SEND));
    assertTrue(room.grow(true));
    assertTrue(client.bufferSize(UdsChannel.Buffer.SEND) > before);
    assertTrue(fill() > 0);
    assertFalse(room.grow(true), "once more");
  }

  /** What is in it would have to be read before the answers of the others. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void socketThatStreamsShareGivesItsRoomBack() throws IOException {
    SendBufferGrowth room = new SendBufferGrowth(client);
    fill();
    room.grow(true);
    assertTrue(room.grow(true));
    int grown = client.bufferSize(UdsChannel.Buffer.SEND);

    room.share();
    assertFalse(room.grow(true));
    int shared = client.bufferSize(UdsChannel.Buffer.SEND);
    assertTrue(shared <= grown / 4, shared + " of " + grown);
    assertFalse(room.grow(true), "nobody has been alone for a while");
    assertEquals(shared, client.bufferSize(UdsChannel.Buffer.SEND));
  }

  @Test
  void closedSocketDoesNotGrow() throws IOException {
    client.close();
    SendBufferGrowth room = new SendBufferGrowth(client);
    assertFalse(room.grow(true));
    assertFalse(room.grow(true));
  }

  private int fill() throws IOException {
    int all = 0;
    int count;
    do {
      count = client.write(ByteBuffer.allocateDirect(10_000));
      all += count;
    } while (count > 0);
    return all;
  }
}
