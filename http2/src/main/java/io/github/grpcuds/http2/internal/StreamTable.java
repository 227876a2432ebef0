package io.github.grpcuds.http2.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** The open streams by number: a hash table with open addressing, for int keys without boxes. */
final class StreamTable {
  private static final int FIRST_CAPACITY = 16;

  private final int seed = ThreadLocalRandom.current().nextInt();
  private final Http2Stream[] few = new Http2Stream[FIRST_CAPACITY]; // kept: to end takes no memory
  private Http2Stream[] slots = few;
  private int size;

  int size() {
    return size;
  }

  /** The stream, or null. */
  Http2Stream get(int id) {
    Http2Stream stream;
    for (int i = home(id); (stream = slots[i]) != null; i = after(i)) {
      if (stream.id() == id) {
        return stream;
      }
    }
    return null;
  }

  /** Adds a stream whose number is not in the table. */
  void add(Http2Stream stream) {
    if (2 * size >= slots.length) {
      resize(2 * slots.length);
    }
    place(stream);
    size++;
  }

  private void place(Http2Stream stream) {
    int i = home(stream.id());
    while (slots[i] != null) {
      i = after(i);
    }
    slots[i] = stream;
  }

  private void resize(int capacity) {
    Http2Stream[] old = slots;
    slots = new Http2Stream[capacity];
    for (int i = 0; i < old.length; i++) {
      Http2Stream stream = old[i];
      old[i] = null;
      if (stream != null) {
        place(stream);
      }
    }
  }

  void remove(Http2Stream stream) {
    int i = home(stream.id());
    while (slots[i] != stream) {
      if (slots[i] == null) {
        return;
      }
      i = after(i);
    }
    slots[i] = null;
    size--;
    // Those behind the gap may have been pushed past it: they are placed anew.
    for (int j = after(i); slots[j] != null; j = after(j)) {
      Http2Stream moved = slots[j];
      slots[j] = null;
      place(moved);
    }
    if (size == 0) {
      slots = few;
    }
  }

  /** The first slot with a stream in it, from one on and round; only if there is one. */
  int next(int from) {
    int slot = from & (slots.length - 1);
    while (slots[slot] == null) {
      slot = after(slot);
    }
    return slot;
  }

  Http2Stream at(int slot) {
    return slots[slot];
  }

  /** All streams as they are now, for a caller that changes the table meanwhile. */
  List<Http2Stream> all() {
    List<Http2Stream> streams = new ArrayList<>(size);
    for (Http2Stream stream : slots) {
      if (stream != null) {
        streams.add(stream);
      }
    }
    return streams;
  }

  /**
   * Scatters: neighbours in neighbouring slots would make one long row, which {@link #remove} walks
   * to its end. No client knows the seed, so none can choose numbers that meet.
   */
  private int home(int id) {
    int hash = (id ^ seed) * 0x9e3779b9;
    hash = (hash ^ hash >>> 15) * 0x85ebca6b;
    return (hash ^ hash >>> 13) & (slots.length - 1);
  }

  private int after(int slot) {
    return (slot + 1) & (slots.length - 1);
  }
}
