package io.github.grpcuds.transport.internal.channel;

/** A descriptor, which is used between {@link Descriptor#enter} and leave alone. */
public abstract class DescriptorWatch extends Watch {
  public final Descriptor descriptor;

  protected DescriptorWatch(Descriptor descriptor, Poller.Ready callback) {
    super(callback);
    this.descriptor = descriptor;
  }

  /** What to ask poll(2) for, whose POLLIN and POLLOUT are these. */
  protected static int events(int interest, int in, int out) {
    return ((interest & READ) != 0 ? in : 0) | ((interest & WRITE) != 0 ? out : 0);
  }

  /** A hang-up or an error, which come unasked, are for both the reader and the writer. */
  protected static int readiness(int revents, int in, int out) {
    boolean trouble = (revents & ~(in | out)) != 0;
    return (trouble || (revents & in) != 0 ? READ : NONE)
        | (trouble || (revents & out) != 0 ? WRITE : NONE);
  }

  @Override
  public final boolean isClosed() {
    return descriptor.isClosed();
  }
}
