package io.github.grpcuds.transport.internal.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** If this fails on a new JDK, the jdk backend tells names alone there, which is safe. */
@DisabledOnOs(OS.WINDOWS)
final class PrincipalIdsTest {
  private final UserPrincipalLookupService lookup =
      FileSystems.getDefault().getUserPrincipalLookupService();

  @Test
  void idsAreKnownOnThisJvm() throws Exception {
    assertTrue(PrincipalIds.work());
    assertEquals(
        Files.getAttribute(Paths.get("/"), "unix:uid"),
        PrincipalIds.of(Files.getOwner(Paths.get("/"))));
    for (int id : new int[] {0, 1, 4242, 65534, Integer.MAX_VALUE, Integer.MIN_VALUE, -2}) {
      String number = String.valueOf(id);
      assertEquals(id, PrincipalIds.of(lookup.lookupPrincipalByName(number)));
      assertEquals(id, PrincipalIds.of(lookup.lookupPrincipalByGroupName(number)));
    }
  }

  @Test
  void idOfNobodyIsNotMistakenForAHashCode() throws Exception {
    assertNull(PrincipalIds.of(lookup.lookupPrincipalByName("-1")));
  }

  @Test
  void otherPrincipalsHaveNoKnownId() {
    UserPrincipal other = () -> "root";
    assertNull(PrincipalIds.of(other));
  }

  @Test
  void oneFailureIsEnoughForNone() {
    assertFalse(PrincipalIds.tryAll(new String[] {"/"}, 4242).isEmpty());
    assertTrue(PrincipalIds.tryAll(new String[] {"/"}, 4242, -1).isEmpty());
  }
}
