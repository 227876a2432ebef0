package io.github.grpcuds.okhttp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;

/** Has classes of this package once more, as an application in a container has its own. */
final class FreshClasses extends ClassLoader {
  private static final String PACKAGE = FreshClasses.class.getPackage().getName() + ".";

  FreshClasses() {
    super(FreshClasses.class.getClassLoader());
  }

  /** What a static method without parameters gives. */
  Object call(Class<?> original, String method) throws ReflectiveOperationException {
    Method fresh = loadClass(original.getName()).getDeclaredMethod(method);
    fresh.setAccessible(true);
    return fresh.invoke(null);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      return name.startsWith(PACKAGE) ? define(name) : super.loadClass(name, resolve);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int b; (b = in.read()) >= 0; ) {
        bytes.write(b);
      }
      return defineClass(name, bytes.toByteArray(), 0, bytes.size());
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
