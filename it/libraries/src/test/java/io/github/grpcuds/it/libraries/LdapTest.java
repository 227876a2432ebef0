package io.github.grpcuds.it.libraries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPConnection;
import io.github.grpcuds.transport.UdsSocketFactory;
import java.util.Hashtable;
import javax.naming.CommunicationException;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.Attributes;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A directory on a socket, for JNDI, which knows factories by the names of their classes. */
@SuppressWarnings({"BanJNDI", "JdkObsolete"}) // it is what is tested, and wants a Hashtable
class LdapTest {
  private static final String PROPERTY = "grpcuds.socket";
  private static final String ENTRY = "dc=example,dc=com";

  @RegisterExtension final SocketFolder folder = new SocketFolder();

  private InMemoryDirectoryServer server;

  @BeforeEach
  void serve() throws Exception {
    InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(ENTRY);
    config.setListenerConfigs(
        new InMemoryListenerConfig("uds", null, 0, folder.server("ldap"), null, null));
    server = new InMemoryDirectoryServer(config);
    server.add(
        "dn: " + ENTRY,
        "objectClass: top",
        "objectClass: domain",
        "dc: example",
        "description: ours");
    server.startListening();
  }

  @AfterEach
  void stop() {
    System.clearProperty(PROPERTY);
    server.shutDown(true);
  }

  private static String description(Hashtable<String, String> more) throws NamingException {
    Hashtable<String, String> environment = new Hashtable<>(more);
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
    environment.put(Context.PROVIDER_URL, "ldap://localhost");
    environment.put("java.naming.ldap.factory.socket", UdsSocketFactory.class.getName());
    DirContext context = new InitialDirContext(environment);
    try {
      Attributes found = context.getAttributes(ENTRY);
      return (String) found.get("description").get();
    } finally {
      context.close();
    }
  }

  @Test
  void jndi() throws NamingException {
    System.setProperty(PROPERTY, folder.target("ldap"));
    assertEquals("ours", description(new Hashtable<>()));
  }

  @Test
  void jndiWithTimeouts() throws NamingException {
    System.setProperty(PROPERTY, folder.target("ldap"));
    Hashtable<String, String> timeouts = new Hashtable<>();
    timeouts.put("com.sun.jndi.ldap.connect.timeout", "20000");
    timeouts.put("com.sun.jndi.ldap.read.timeout", "20000");
    assertEquals("ours", description(timeouts));
  }

  @Test
  void withoutATargetJndiFailsInsteadOfUsingTcp() {
    CommunicationException e =
        assertThrows(CommunicationException.class, () -> description(new Hashtable<>()));
    StringBuilder said = new StringBuilder();
    for (Throwable t = e; t != null; t = t.getCause()) {
      said.append(t).append('\n');
    }
    assertTrue(said.toString().contains(PROPERTY), said.toString());
  }

  @Test
  void unboundId() throws Exception {
    try (LDAPConnection connection = new LDAPConnection(folder.client("ldap"), "localhost", 389)) {
      assertEquals("ours", connection.getEntry(ENTRY).getAttributeValue("description"));
    }
  }
}
