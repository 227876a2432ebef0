package io.github.grpcuds.server;

import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.SSLEngine;

/** A {@link Alpn.Selector} as an engine wants it. */
final class EngineSelector implements BiFunction<SSLEngine, List<String>, String> {
  private final Alpn.Selector selector;

  EngineSelector(Alpn.Selector selector) {
    this.selector = selector;
  }

  @Override
  public String apply(SSLEngine engine, List<String> offered) {
    return selector.choose(offered);
  }
}
