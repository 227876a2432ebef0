package io.github.grpcuds.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Has the classes of one package once more, as an application in a container has its own. They may
 * miss classes of others, as if those were of another version.
 */
public final class FreshClasses extends ClassLoader {
  private final String prefix;
  private final Set<String> missing;

  /**
   * The classes of a package.
   *
   * @param example one of them
   * @param missing names of classes that they do not find
   */
  public FreshClasses(Class<?> example, String... missing) {
    super(FreshClasses.class.getClassLoader());
    this.prefix = example.getPackage().getName() + ".";
    this.missing = new HashSet<>(Arrays.asList(missing));
  }

  /** What a static method without parameters gives. */
  public Object call(Class<?> original, String method) throws ReflectiveOperationException {
    Method fresh = loadClass(original.getName()).getDeclaredMethod(method);
    fresh.setAccessible(true);
    return fresh.invoke(null);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      if (missing.contains(name)) {
        throw new ClassNotFoundException(name + ", for a test");
      }
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      return name.startsWith(prefix) ? define(name) : super.loadClass(name, resolve);
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
