package io.github.grpcuds.it.libraries;

import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.io.IOException;
import java.net.Socket;

/** What Connector/J wants in the place of a socket factory; as docs/LIBRARIES.md shows it. */
public final class MysqlSockets extends StandardSocketFactory {
  @Override
  protected Socket createSocket(PropertySet properties) {
    try {
      return new UdsSocketFactory().createSocket();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
