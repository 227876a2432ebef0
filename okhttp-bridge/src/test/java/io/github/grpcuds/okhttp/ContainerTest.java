package io.github.grpcuds.okhttp;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.grpcuds.testkit.Await;
import io.github.grpcuds.testkit.Deadline;
import io.github.grpcuds.testkit.FreshClasses;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is shared, and threads of others, keep no application in memory. */
class ContainerTest {
  private static final long LIMIT_SECONDS = Deadline.SECONDS;

  @Test
  void callbacksDoNotRunWithTheLoaderOfWhoeverCameFirst() throws Exception {
    assertOwnLoader("ofCallbacks");
  }

  @Test
  void transportsDoNotRunWithTheLoaderOfWhoeverCameFirst() throws Exception {
    assertOwnLoader("ofTransports");
  }

  private static void assertOwnLoader(String pool) throws Exception {
    FreshClasses library = new FreshClasses(SharedThreads.class);
    CompletableFuture<ClassLoader> loader = new CompletableFuture<>();
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    try (URLClassLoader application = new URLClassLoader(new URL[0])) {
      current.setContextClassLoader(application);
      Executor executor = (Executor) library.call(SharedThreads.class, pool);
      executor.execute(() -> loader.complete(Thread.currentThread().getContextClassLoader()));
      assertSame(library, loader.get(LIMIT_SECONDS, TimeUnit.SECONDS));
    } finally {
      current.setContextClassLoader(before);
    }
  }

  @Test
  void threadThatMadeACallKeepsNoClasses() throws Exception {
    WeakReference<ClassLoader> library = new WeakReference<>(used());
    Await.until(
        () -> {
          System.gc();
          return library.get() == null;
        },
        () -> "still in memory");
  }

  private static ClassLoader used() throws ReflectiveOperationException {
    FreshClasses library = new FreshClasses(SharedThreads.class);
    assertNotNull(library.call(DeferredRuns.class, "current"));
    return library;
  }
}
