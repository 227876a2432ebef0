package io.github.grpcuds.testkit;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The types of a module that its users see. */
public final class PublicTypes {
  private PublicTypes() {}

  /**
   * The names of the public top-level classes in the jar or folder of a class, but for those in
   * packages named {@code internal}.
   */
  public static Set<String> besides(Class<?> inModule) throws Exception {
    Path classes = Paths.get(inModule.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(classes)) {
      return under(classes, inModule.getClassLoader());
    }
    try (FileSystem jar = FileSystems.newFileSystem(classes, (ClassLoader) null)) {
      return under(jar.getPath("/"), inModule.getClassLoader());
    }
  }

  private static Set<String> under(Path root, ClassLoader loader) throws Exception {
    Set<String> found = new TreeSet<>();
    for (String name : classNames(root)) {
      Class<?> type = Class.forName(name, false, loader);
      if (Modifier.isPublic(type.getModifiers()) && !name.contains(".internal.")) {
        found.add(name);
      }
    }
    return found;
  }

  /** Of top-level classes. */
  private static List<String> classNames(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> root.relativize(file).toString().replace('/', '.'))
          .filter(name -> name.startsWith("io.github.grpcuds.") && name.endsWith(".class"))
          .filter(name -> !name.contains("$") && !name.contains("package-info"))
          .map(name -> name.substring(0, name.length() - ".class".length()))
          .collect(Collectors.toList());
    }
  }
}
