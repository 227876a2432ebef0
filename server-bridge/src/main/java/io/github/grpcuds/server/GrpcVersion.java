package io.github.grpcuds.server;

import io.github.grpcuds.transport.internal.Platform;
import io.grpc.internal.GrpcUtil;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Says in one line if the grpc-core at hand is not one this server works with: it builds on
 * grpc-core's internal API, which moves between versions.
 */
final class GrpcVersion {
  /** The first and the last version that the core suite of tests has run with. */
  static final String OLDEST = "1.60.0";

  static final String NEWEST = "1.84.0";

  private static final String FACTORY = "ServerImplBuilder$ClientTransportServersBuilder";
  private static final String INTERNALS = "io.grpc.internal.";

  /**
   * Null: nothing. An app of Android carries the grpc-core that it was built with, of which R8 has
   * taken away what nobody calls.
   */
  private static final String MISSING = Platform.ANDROID ? null : missing();

  private GrpcVersion() {}

  private static final String[][] JDK_MODULES = {
    {"java/util/logging/", "java.logging"},
    {"java/lang/management/", "java.management"},
    {"javax/naming/", "java.naming"},
    {"sun/misc/", "jdk.unsupported"}
  };

  /**
   * Compares grpc-core with what this server asks of it, before the JVM does so in the middle of a
   * call.
   *
   * @throws IllegalStateException if something is missing, there or in the Java runtime
   */
  static void check() {
    String module = MISSING == null ? null : moduleOf(MISSING);
    if (module != null) {
      throw new IllegalStateException(
          "this Java runtime lacks the module "
              + module
              + ", which gRPC needs (jlink --add-modules "
              + module
              + "): there is no class "
              + MISSING.replace('/', '.'));
    }
    if (MISSING != null) {
      throw new IllegalStateException(
          "grpc-uds-server works with grpc-core "
              + OLDEST
              + " to "
              + NEWEST
              + "; found "
              + found()
              + ", which differs in "
              + MISSING);
    }
  }

  private static String missing() {
    try {
      for (String member : GrpcInternals.CALLED) {
        int colon = member.indexOf(": ");
        if (!members(member.substring(0, colon)).contains(member.substring(colon + 2))) {
          return member;
        }
      }
      if (Collections.disjoint(members(FACTORY), GrpcInternals.FACTORY_METHODS)) {
        return FACTORY;
      }
      for (String name : GrpcInternals.IMPLEMENTATIONS) {
        String method = unimplemented(type(GrpcVersion.class.getPackage().getName() + "." + name));
        if (method != null) {
          return method;
        }
      }
      return null;
    } catch (ClassNotFoundException | LinkageError e) {
      return e.getMessage();
    }
  }

  /** The JDK's module that a class is in which is not there; null if it is not the JDK's. */
  static String moduleOf(String missing) {
    for (String[] packageAndModule : JDK_MODULES) {
      if (missing.startsWith(packageAndModule[0])) {
        return packageAndModule[1];
      }
    }
    return null;
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Class.forName(name, false, GrpcVersion.class.getClassLoader());
  }

  /** What gRPC calls of a class of ours that the class does not have. */
  static String unimplemented(Class<?> type) {
    for (Method method : type.getMethods()) {
      if (Modifier.isAbstract(method.getModifiers())) {
        return method.getDeclaringClass().getSimpleName() + ": " + signature(method);
      }
    }
    return null;
  }

  /** The signatures of the members of a class in io.grpc.internal, inherited ones too. */
  private static List<String> members(String internal) throws ClassNotFoundException {
    Class<?> type = type(INTERNALS + internal);
    List<String> members = new ArrayList<>();
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      members.add(type.getSimpleName() + parameters(constructor.getParameterTypes()));
    }
    for (Class<?> declarer = type; declarer != null; declarer = declarer.getSuperclass()) {
      for (Method method : declarer.getDeclaredMethods()) {
        members.add(signature(method));
      }
      for (Field field : declarer.getDeclaredFields()) {
        members.add(field.getType().getSimpleName() + " " + field.getName());
      }
    }
    return members;
  }

  private static String signature(Method method) {
    return method.getReturnType().getSimpleName()
        + " "
        + method.getName()
        + parameters(method.getParameterTypes());
  }

  private static String parameters(Class<?>[] types) {
    List<String> names = new ArrayList<>();
    for (Class<?> type : types) {
      names.add(type.getSimpleName());
    }
    return "(" + String.join(", ", names) + ")";
  }

  private static String found() {
    try {
      return GrpcUtil.getGrpcBuildVersion().getImplementationVersion();
    } catch (LinkageError e) {
      return "another version";
    }
  }
}
