package io.github.grpcuds.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.List;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Factories as libraries make them that know the name of a class and no more. */
class NamedByClassTest {
  private static final String PROPERTY = "grpcuds.socket";
  private static final List<Class<?>> FACTORIES =
      Arrays.asList(UdsSocketFactory.class, UdsServerSocketFactory.class);

  private interface Way {
    Object make(Class<?> factory) throws Exception;
  }

  private static final List<Way> WAYS =
      Arrays.asList(
          factory -> factory.getConstructor().newInstance(),
          factory -> factory.getMethod("getDefault").invoke(null));

  @AfterEach
  void clear() {
    System.clearProperty(PROPERTY);
  }

  @Test
  void targetIsThatOfTheProperty() throws Exception {
    System.setProperty(PROPERTY, "unix:/run/app.sock");
    for (Class<?> factory : FACTORIES) {
      for (Way way : WAYS) {
        Object made = way.make(factory);
        assertEquals(factory, made.getClass());
        assertTrue(made.toString().contains("unix:/run/app.sock"), made.toString());
      }
    }
  }

  @Test
  void withoutThePropertyTheErrorNamesIt() {
    assertFailsWith(IllegalStateException.class, PROPERTY + " is not set");
  }

  @Test
  void badTargetIsNamed() {
    System.setProperty(PROPERTY, "dns:///localhost");
    assertFailsWith(IllegalArgumentException.class, "dns:///localhost");
  }

  private static void assertFailsWith(Class<?> type, String text) {
    for (Class<?> factory : FACTORIES) {
      for (Way way : WAYS) {
        Throwable thrown =
            assertThrows(InvocationTargetException.class, () -> way.make(factory)).getCause();
        assertEquals(type, thrown.getClass(), thrown.toString());
        assertTrue(thrown.getMessage().contains(text), thrown.getMessage());
      }
    }
  }

  /** The JDK's own, which go by TCP, are still there for who asks the JDK. */
  @Test
  void theJdksDefaultsAreTheirOwn() {
    System.setProperty(PROPERTY, "unix:/run/app.sock");
    assertTrue(!(SocketFactory.getDefault() instanceof UdsSocketFactory));
    assertTrue(!(ServerSocketFactory.getDefault() instanceof UdsServerSocketFactory));
  }
}
