package io.github.grpcuds.transport.internal.channel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import org.junit.jupiter.api.Test;

final class DescriptorTest {
  private final Counting descriptor = new Counting();

  @Test
  void closeReleasesAtOnceWhatNobodyUses() throws Exception {
    descriptor.enter();
    descriptor.leave();
    assertFalse(descriptor.isClosed());
    descriptor.close();
    assertTrue(descriptor.isClosed());
    assertEquals("woken 1, released 1", descriptor.toString());
  }

  @Test
  void closeWakesItsUsersAndTheLastOfThemReleases() throws Exception {
    descriptor.enter();
    descriptor.enter();
    descriptor.close();
    assertEquals("woken 1, released 0", descriptor.toString());
    descriptor.leave();
    assertEquals("woken 1, released 0", descriptor.toString());
    descriptor.leave();
    assertEquals("woken 1, released 1", descriptor.toString());
  }

  @Test
  void nobodyEntersAfterTheClose() throws Exception {
    descriptor.enter();
    descriptor.close();
    assertEquals("Socket closed", enterFails());
    descriptor.leave();
    assertEquals("Socket closed", enterFails());
    assertEquals("woken 1, released 1", descriptor.toString());
  }

  private String enterFails() {
    return assertThrows(SocketException.class, descriptor::enter).getMessage();
  }

  @Test
  void closesButOnce() throws Exception {
    descriptor.close();
    descriptor.close();
    assertEquals("woken 1, released 1", descriptor.toString());
  }

  @Test
  void isOpenWhileItWakes() throws Exception {
    Descriptor wakingItself =
        new Descriptor() {
          @Override
          public void wake() {
            assertEquals("woken 0, released 0", descriptor.toString());
          }

          @Override
          public void release() {
            descriptor.release();
          }
        };
    wakingItself.close();
    assertEquals("woken 0, released 1", descriptor.toString());
  }

  private static final class Counting extends Descriptor {
    private int woken;
    private int released;

    @Override
    public void wake() {
      woken++;
    }

    @Override
    public void release() {
      released++;
    }

    @Override
    public String toString() {
      return "woken " + woken + ", released " + released;
    }
  }
}
