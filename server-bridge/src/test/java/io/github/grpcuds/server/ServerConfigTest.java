package io.github.grpcuds.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.grpcuds.transport.PeerPolicy;
import io.github.grpcuds.transport.UdsAddress;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServerConfigTest {
  private static final long MIB = 1 << 20;

  @Test
  void pendingBytesAreAnEighthOfTheHeapWithinBounds() {
    assertEquals(64 * MIB, ServerConfig.defaultPendingBytes(1024 * MIB, 4 << 20));
    assertEquals(16 * MIB, ServerConfig.defaultPendingBytes(32 * MIB, 4 << 20));
    assertEquals(1024 * MIB, ServerConfig.defaultPendingBytes(64 * 1024 * MIB, 4 << 20));
  }

  @Test
  void largestMessageFitsByDefault() {
    assertEquals(101 * MIB, ServerConfig.defaultPendingBytes(256 * MIB, 100 << 20));
    assertEquals(
        Integer.MAX_VALUE + MIB, ServerConfig.defaultPendingBytes(256 * MIB, Integer.MAX_VALUE));
  }

  @Test
  void pendingBytesThatWereAskedForAreUsed() {
    ServerConfig config = new ServerConfig();
    config.maxPendingBytes = 5;
    assertEquals(5, config.pendingBytes());
    assertEquals(5, config.http2Limits().maxPendingBytes);
  }

  /** A field that copy forgets would make an option do nothing. */
  @Test
  void copyHasEveryField() throws Exception {
    ServerConfig config = new ServerConfig();
    for (Field field : ServerConfig.class.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        change(config, field);
      }
    }
    ServerConfig copy = config.copy();
    for (Field field : ServerConfig.class.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        assertNotEquals(field.get(new ServerConfig()), field.get(config), field.getName());
        assertEquals(field.get(config), field.get(copy), field.getName());
      }
    }
  }

  private static void change(ServerConfig config, Field field) throws IllegalAccessException {
    if (field.getType() == int.class) {
      field.setInt(config, field.getInt(config) - 1);
    } else if (field.getType() == long.class) {
      field.setLong(config, field.getLong(config) - 1);
    } else if (field.getType() == boolean.class) {
      field.setBoolean(config, !field.getBoolean(config));
    } else if (field.getType() == String.class) {
      field.set(config, "web");
    } else if (field.getName().equals("socketFile")) {
      config.socketFile = config.socketFile.mode(0666);
    } else if (field.getType() == PeerPolicy.class) {
      config.peerPolicy = PeerPolicy.uid(7);
    } else if (field.getType() == Executor.class) {
      config.transportExecutor = Runnable::run;
    } else {
      ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1);
      scheduler.shutdown();
      config.scheduler = scheduler;
    }
  }

  @Test
  void abstractNamesAreForTheSameUserUnlessToldOtherwise() {
    ServerConfig config = new ServerConfig();
    UdsAddress name = UdsAddress.ofAbstract("a");
    assertSame(PeerPolicy.anyUser(), config.peerPolicyOf(UdsAddress.ofPath("/a")));
    assertSame(PeerPolicy.sameUser(), config.peerPolicyOf(name));
    config.peerPolicy = PeerPolicy.anyUser();
    assertSame(PeerPolicy.anyUser(), config.peerPolicyOf(name));
  }

  @Test
  void timesAreRaisedToTheLeastThatMakesSense() {
    long least = TimeUnit.SECONDS.toNanos(10);
    assertEquals(least, OptionValues.positive("t", 1, TimeUnit.NANOSECONDS, least));
    assertEquals(
        TimeUnit.SECONDS.toNanos(11), OptionValues.positive("t", 11, TimeUnit.SECONDS, least));
  }

  @Test
  void timesOfAThousandDaysAreNone() {
    assertEquals(ServerConfig.OFF, OptionValues.orOff(TimeUnit.DAYS.toNanos(1000)));
    assertEquals(TimeUnit.DAYS.toNanos(999), OptionValues.orOff(TimeUnit.DAYS.toNanos(999)));
    assertEquals(
        ServerConfig.OFF,
        OptionValues.orOff(OptionValues.positive("t", Long.MAX_VALUE, TimeUnit.DAYS, 1)));
  }
}
