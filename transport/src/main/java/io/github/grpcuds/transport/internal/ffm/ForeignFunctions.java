package io.github.grpcuds.transport.internal.ffm;

import io.github.grpcuds.transport.internal.NativeAccess;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The functions of the C library as method handles, by java.lang.foreign of Java 22 and newer.
 *
 * <p>By reflection, because this is compiled for Java 8. Only the making of a handle is: calls of a
 * handle that is constant are compiled to calls of the function. Their arguments are of Java's own
 * types: a direct buffer stands for a pointer to its bytes from the position on, which are there
 * until the function has returned.
 */
final class ForeignFunctions {
  private static final String PACKAGE = "java.lang.foreign.";
  private static final String ERRNO = "errno";

  private final Class<?> segment = type("MemorySegment");
  private final Class<?> layout = type("MemoryLayout");
  private final Class<?> option = type("Linker$Option");

  private final Object linker = type("Linker").getMethod("nativeLinker").invoke(null);
  private final Object symbols = type("Linker").getMethod("defaultLookup").invoke(linker);
  private final Method find = type("SymbolLookup").getMethod("find", String.class);
  private final Method descriptor =
      type("FunctionDescriptor").getMethod("of", layout, arrayOf(layout));
  private final Method downcallHandle =
      type("Linker")
          .getMethod("downcallHandle", segment, type("FunctionDescriptor"), arrayOf(option));
  private final Object captureErrno =
      option
          .getMethod("captureCallState", String[].class)
          .invoke(null, (Object) new String[] {ERRNO});
  private final Method firstVariadicArgument = option.getMethod("firstVariadicArg", int.class);

  private final Object pointer = type("ValueLayout").getField("ADDRESS").get(null);
  private final Object nativeInt = type("ValueLayout").getField("JAVA_INT").get(null);
  private final Object nativeLong = type("ValueLayout").getField("JAVA_LONG").get(null);

  private final MethodHandle ofBuffer =
      MethodHandles.publicLookup()
          .findStatic(segment, "ofBuffer", MethodType.methodType(segment, Buffer.class))
          .asType(MethodType.methodType(segment, ByteBuffer.class));

  private final Method ofAddress = segment.getMethod("ofAddress", long.class);
  private final Method reinterpret = segment.getMethod("reinterpret", long.class);
  private final Method asByteBuffer = segment.getMethod("asByteBuffer");

  private ForeignFunctions() throws ReflectiveOperationException {
    long bytes = (Long) layout.getMethod("byteSize").invoke(pointer);
    if (bytes != Long.BYTES) {
      throw new UnsupportedOperationException("it needs a 64-bit JVM");
    }
  }

  /**
   * Finds what it needs.
   *
   * @throws UnsupportedOperationException with the reason if it is not there
   */
  static ForeignFunctions open() {
    try {
      return new ForeignFunctions();
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(PACKAGE + name);
  }

  private static UnsupportedOperationException failed(ReflectiveOperationException e) {
    Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
    if (cause instanceof Error) {
      throw (Error) cause; // a lack of memory, say
    }
    boolean refused = cause.getClass().getSimpleName().equals("IllegalCallerException"); // Java 9's
    return new UnsupportedOperationException(
        refused
            ? NativeAccess.refusal(ForeignFunctions.class)
            : "the JDK's foreign functions do not work here: " + cause,
        cause);
  }

  /**
   * A function whose result is an int, or a long where that is as long as a pointer.
   *
   * @param parameters int, long, or ByteBuffer for a pointer
   * @return a handle that takes a buffer in which it leaves errno, and then the parameters
   * @throws UnsupportedOperationException if the JVM refuses it
   * @throws UnsatisfiedLinkError if there is no such function
   */
  MethodHandle function(String name, Class<?> result, Class<?>... parameters) {
    return link(name, result, parameters, captureErrno);
  }

  /**
   * A function with a variable number of arguments, for one number of them.
   *
   * @param fixed how many are always there
   */
  MethodHandle variadic(String name, int fixed, Class<?> result, Class<?>... parameters) {
    try {
      return link(
          name, result, parameters, captureErrno, firstVariadicArgument.invoke(null, fixed));
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }

  private MethodHandle link(
      String name, Class<?> result, Class<?>[] parameters, Object... options) {
    try {
      Object function =
          downcallHandle.invoke(
              linker, symbol(name), descriptor(result, parameters), array(option, options));
      return withBuffers((MethodHandle) function);
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }

  private Object symbol(String name) throws ReflectiveOperationException {
    Optional<?> symbol = (Optional<?>) find.invoke(symbols, name);
    if (!symbol.isPresent()) {
      throw new UnsatisfiedLinkError("the C library has no " + name);
    }
    return symbol.get();
  }

  private Object descriptor(Class<?> result, Class<?>[] parameters)
      throws ReflectiveOperationException {
    Object[] layouts = new Object[parameters.length];
    for (int i = 0; i < layouts.length; i++) {
      layouts[i] = layout(parameters[i]);
    }
    return descriptor.invoke(null, layout(result), array(layout, layouts));
  }

  private Object layout(Class<?> type) {
    if (type == ByteBuffer.class) {
      return pointer;
    }
    return type == int.class ? nativeInt : nativeLong;
  }

  private static Class<?> arrayOf(Class<?> type) {
    return Array.newInstance(type, 0).getClass();
  }

  private static Object array(Class<?> type, Object[] elements) {
    Object array = Array.newInstance(type, elements.length);
    System.arraycopy(elements, 0, array, 0, elements.length);
    return array;
  }

  /** Turns parameters that are memory segments into buffers. */
  private MethodHandle withBuffers(MethodHandle function) {
    MethodHandle result = function;
    for (int i = 0; i < function.type().parameterCount(); i++) {
      if (function.type().parameterType(i) == segment) {
        result = MethodHandles.filterArguments(result, i, ofBuffer);
      }
    }
    return result;
  }

  /** Bytes at an address, which somebody else keeps there. */
  ByteBuffer memory(long address, long bytes) {
    try {
      Object memory = reinterpret.invoke(ofAddress.invoke(null, address), bytes);
      return (ByteBuffer) asByteBuffer.invoke(memory);
    } catch (ReflectiveOperationException e) {
      throw failed(e);
    }
  }
}
