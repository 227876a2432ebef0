package io.github.grpcuds.transport.internal.jnr;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.nio.ByteBuffer;

/**
 * A function of the C library, called by way of jffi, on which jnr-unixsocket stands.
 *
 * <p>The classes that jnr-ffi generates for an interface of such functions, and those it needs to
 * generate them, are half of what the first call of a client takes.
 */
final class CFunction {
  static final Type INT = Type.SINT32;
  static final Type UNSIGNED = Type.UINT32;
  static final Type POINTER = Type.POINTER;
  static final Type SIZE = Type.ULONG; // as long as size_t wherever the JVM runs but on Windows
  static final Type SIGNED_SIZE = Type.SLONG;

  private static final Invoker INVOKER = Invoker.getInstance();
  private static final MemoryIO MEMORY = MemoryIO.getInstance();
  private static final LastError LAST_ERROR = LastError.getInstance();
  private static final Library PROCESS = Library.getDefault(); // the C library is part of it

  private final String name;
  private final long address;
  private final CallContext context;

  private CFunction(String name, CallContext context) {
    this.name = name;
    this.context = context;
    this.address = PROCESS.getSymbolAddress(name);
  }

  /** One that this system may not have, which a call will tell. */
  static CFunction of(String name, Type result, Type... parameters) {
    return new CFunction(
        name, new CallContext(result, parameters, CallingConvention.DEFAULT, true));
  }

  /**
   * One with a variable number of arguments, for one number and types of them, which no function
   * with a fixed number may share: jffi keeps what it made for the same types, whatever is fixed.
   *
   * @param fixed how many are always there
   */
  static CFunction variadic(String name, int fixed, Type result, Type... parameters) {
    return new CFunction(
        name,
        CallContext.getCallContext(result, fixed, parameters, CallingConvention.DEFAULT, true));
  }

  /** What errno was after this thread's last call. */
  static int errno() {
    return LAST_ERROR.get();
  }

  /**
   * Where a direct buffer begins, whatever its position. Who gives it to a function holds the
   * buffer until that has returned: its memory is gone once it is collected.
   */
  static long addressOf(ByteBuffer direct) {
    long address = MEMORY.getDirectBufferAddress(direct);
    if (address == 0) {
      throw new IllegalArgumentException("not in native memory: " + direct);
    }
    return address;
  }

  /** The bytes at an address up to a zero, or so many at most. */
  static byte[] text(long address, int most) {
    return MEMORY.getZeroTerminatedByteArray(address, most);
  }

  private long address() {
    if (address == 0) {
      throw new UnsatisfiedLinkError("the C library has no " + name);
    }
    return address;
  }

  long call() {
    return INVOKER.invokeN0(context, address());
  }

  long call(long a) {
    return INVOKER.invokeN1(context, address(), a);
  }

  long call(long a, long b) {
    return INVOKER.invokeN2(context, address(), a, b);
  }

  long call(long a, long b, long c) {
    return INVOKER.invokeN3(context, address(), a, b, c);
  }

  long call(long a, long b, long c, long d) {
    return INVOKER.invokeN4(context, address(), a, b, c, d);
  }

  long call(long a, long b, long c, long d, long e) {
    return INVOKER.invokeN5(context, address(), a, b, c, d, e);
  }
}
