package io.github.grpcuds.android.platform;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;

/**
 * Takes Android's own classes for local sockets out of a jar of Robolectric's, changed so that a
 * JVM runs them with {@link NativeMethods} of the tests.
 */
public final class AndroidClasses {
  /** What local sockets and system calls are made of. */
  private static final String[] PREFIXES = {
    "android/app/Application.class",
    "android/content/ComponentCallbacks",
    "android/content/Context.class",
    "android/content/ContextWrapper.class",
    "android/net/LocalS",
    "android/net/LocalServerSocket",
    "android/net/Credentials",
    "android/system/",
    "android/compat/",
    "android/annotation/",
    "android/util/Mutable",
    "com/android/org/conscrypt/", // by which grpc-okhttp knows Android's TLS
    "dalvik/",
    "libcore/"
  };

  private AndroidClasses() {}

  /**
   * Writes the classes.
   *
   * @param args the jar, and the jar to write the classes to
   */
  public static void main(String[] args) throws IOException {
    try (JarFile jar = new JarFile(args[0]);
        JarOutputStream target = new JarOutputStream(Files.newOutputStream(Paths.get(args[1])))) {
      for (Enumeration<JarEntry> all = jar.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        if (isWanted(entry.getName())) {
          target.putNextEntry(new JarEntry(entry.getName()));
          try (InputStream in = jar.getInputStream(entry)) {
            target.write(changed(in));
          }
        }
      }
    }
  }

  private static boolean isWanted(String name) {
    for (String prefix : PREFIXES) {
      if (name.startsWith(prefix) && name.endsWith(".class")) {
        return true;
      }
    }
    return false;
  }

  private static byte[] changed(InputStream in) throws IOException {
    ClassReader reader = new ClassReader(in);
    ClassWriter writer = new ClassWriter(0);
    reader.accept(new ForJvm(writer), 0);
    return writer.toByteArray();
  }
}
