package io.github.grpcuds.transport.internal.backend;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.internal.channel.Pause;
import org.junit.jupiter.api.Test;

final class BacklogQueueTest {
  private static final UdsAddress ADDRESS = UdsAddress.ofPath("/a");
  private final Pause first = new Pause();
  private final Pause second = new Pause();
  private final Pause third = new Pause();

  @Test
  void whoeverCameFirstTries() {
    BacklogQueue queue = BacklogQueue.join(ADDRESS, first);
    BacklogQueue same = BacklogQueue.join(UdsAddress.ofPath("/a"), second);
    assertTrue(queue.isFirst(first));
    assertFalse(same.isFirst(second));
    queue.leave(first);
    assertTrue(same.isFirst(second));
    same.leave(second);
    assertFalse(same.isFirst(second));
  }

  @Test
  void theNextOneIsWokenWhenTheFirstLeaves() throws Exception {
    BacklogQueue queue = BacklogQueue.join(ADDRESS, first);
    BacklogQueue.join(ADDRESS, second);
    BacklogQueue.join(ADDRESS, third);
    queue.leave(first);
    assertTrue(second.sleep(Long.MAX_VALUE));
    assertFalse(third.sleep(1));
    queue.leave(second);
    assertTrue(third.sleep(Long.MAX_VALUE));
    queue.leave(third);
  }

  @Test
  void nobodyIsWokenWhenAnotherGivesUp() throws Exception {
    BacklogQueue queue = BacklogQueue.join(ADDRESS, first);
    BacklogQueue.join(ADDRESS, second);
    BacklogQueue.join(ADDRESS, third);
    queue.leave(second);
    assertFalse(first.sleep(1));
    assertFalse(third.sleep(1));
    queue.leave(first);
    assertTrue(third.sleep(Long.MAX_VALUE));
    queue.leave(third);
  }

  @Test
  void otherAddressesAreOtherQueues() {
    BacklogQueue queue = BacklogQueue.join(ADDRESS, first);
    BacklogQueue other = BacklogQueue.join(UdsAddress.ofPath("/b"), second);
    assertTrue(queue.isFirst(first));
    assertTrue(other.isFirst(second));
    assertTrue(other.shareNanos() > 0);
    queue.leave(first);
    other.leave(second);
  }
}
