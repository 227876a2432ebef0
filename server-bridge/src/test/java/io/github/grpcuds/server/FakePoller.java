package io.github.grpcuds.server;

import io.github.grpcuds.transport.internal.channel.Poller;
import io.github.grpcuds.transport.internal.channel.UdsChannel;
import io.github.grpcuds.transport.internal.channel.UdsListener;
import java.util.ArrayList;
import java.util.List;

/** Watches one fake channel, and never waits. */
final class FakePoller implements Poller {
  boolean read;
  boolean write;
  Runnable onPoll = () -> {};
  boolean closed;
  Error onRemove; // thrown by the next
  RuntimeException onEachRemove;
  Error onEachAdd; // thrown as long as it is there
  Ready listener; // what is told of a listener that is watched; null if none is
  final List<Long> timeouts = new ArrayList<>();
  private ScriptedChannel channel;
  private Ready callback;

  @Override
  public void add(UdsChannel added, Ready ready) {
    channel = (ScriptedChannel) added;
    callback = ready;
    read = true;
  }

  @Override
  public void addListener(UdsListener added, Ready ready) {
    if (onEachAdd != null) {
      throw onEachAdd;
    }
    listener = ready;
  }

  @Override
  public void setInterest(UdsChannel which, boolean newRead, boolean newWrite) {
    read = newRead;
    write = newWrite;
  }

  @Override
  public void remove(UdsChannel which) {
    if (onRemove != null) {
      Error once = onRemove;
      onRemove = null;
      throw once;
    }
    if (onEachRemove != null) {
      throw onEachRemove;
    }
    channel = null;
  }

  @Override
  public void removeListener(UdsListener removed) {
    listener = null;
  }

  @Override
  public int poll(long timeoutMillis) {
    timeouts.add(timeoutMillis);
    onPoll.run();
    boolean readable = read && channel != null && !channel.input.isEmpty();
    boolean writable = write && channel != null && channel.room > 0;
    if (readable || writable) {
      callback.ready(readable, writable);
      return 1;
    }
    return 0;
  }

  @Override
  public void wakeup() {}

  @Override
  public void close() {
    closed = true;
  }
}
