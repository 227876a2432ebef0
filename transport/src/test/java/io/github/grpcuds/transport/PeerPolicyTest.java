package io.github.grpcuds.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.grpcuds.transport.internal.PeerNames;
import io.github.grpcuds.transport.internal.peer.OwnUser;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class PeerPolicyTest {
  private static final PeerCredentials ALICE = peer(1000, 1000, Arrays.asList(24, 27));
  private static final PeerCredentials WITHOUT_GROUPS = peer(1000, 1000, null);
  private static final PeerCredentials UNKNOWN = PeerCredentials.ofNames(null, null, null, null);

  private static PeerCredentials peer(Integer uid, Integer gid, List<Integer> groups) {
    PeerNames names =
        new PeerNames() {
          @Override
          public String user(int uid) {
            return uid == 1000 ? "alice" : null;
          }

          @Override
          public String group(int gid) {
            return null;
          }
        };
    return PeerCredentials.ofIds(17, uid, gid, groups, names);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void sameUserIsTheOneThisProcessActsAs() {
    int own = OwnUser.get().uid;
    assertAllowed(PeerPolicy.sameUser(), peer(own, 4242, null));
    assertRefused(
        "peer pid=17 uid=" + (own + 1) + " gid=0 is not of the same user (uid " + own + ")",
        PeerPolicy.sameUser(),
        peer(own + 1, 0, Collections.emptyList()));
    assertRefused(
        "unknown peer has no known uid, and must be of the same user (uid " + own + ")",
        PeerPolicy.sameUser(),
        UNKNOWN);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void namesHaveToDoWhereTheBackendTellsNoNumbers() {
    PeerCredentials own = PeerCredentials.ofNames(null, null, OwnUser.get().name, null);
    PeerCredentials other = PeerCredentials.ofNames(null, null, "nobody-of-that-name", null);
    assertAllowed(PeerPolicy.sameUser(), own);
    assertRefused(
        "peer user=nobody-of-that-name is not of the same user (" + OwnUser.get() + ")",
        PeerPolicy.sameUser(),
        other);
  }

  @Test
  void anyUserIsAnybody() {
    assertAllowed(PeerPolicy.anyUser(), ALICE);
    assertAllowed(PeerPolicy.anyUser(), UNKNOWN);
    assertAllowed(PeerPolicy.anyUser(), null);
  }

  @Test
  void uidsAreCompared() {
    assertAllowed(PeerPolicy.uid(5, 1000), ALICE);
    assertRefused("peer pid=17 uid=1000 gid=1000 is not uid 5 or 0", PeerPolicy.uid(5, 0), ALICE);
    assertRefused("unknown peer has no known uid, and must be uid 0", PeerPolicy.uid(0), UNKNOWN);
  }

  @Test
  void groupsCountWhetherEffectiveOrSupplementary() {
    assertAllowed(PeerPolicy.gid(1000), ALICE);
    assertAllowed(PeerPolicy.gid(5, 27), ALICE);
    assertAllowed(PeerPolicy.gid(1000), WITHOUT_GROUPS);
    assertRefused("peer pid=17 uid=1000 gid=1000 is not in gid 5", PeerPolicy.gid(5), ALICE);
  }

  @Test
  void groupsThatCannotBeToldDoNotCount() {
    assertRefused(
        "peer pid=17 uid=1000 gid=1000 is not of gid 27, and its supplementary groups are not known",
        PeerPolicy.gid(27),
        WITHOUT_GROUPS);
    assertRefused(
        "unknown peer has no known groups, and must be in gid 0", PeerPolicy.gid(0), UNKNOWN);
  }

  @Test
  void usersAreComparedByName() {
    assertAllowed(PeerPolicy.user("bob", "alice"), ALICE);
    assertRefused(
        "peer pid=17 uid=1000 gid=1000 is user alice and not user bob",
        PeerPolicy.user("bob"),
        ALICE);
    assertRefused(
        "peer pid=17 uid=7 gid=7 has no known user name, and must be user bob",
        PeerPolicy.user("bob"),
        peer(7, 7, null));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void groupsAreComparedByTheGidOfTheirName() {
    assertAllowed(PeerPolicy.group("root"), peer(1000, 0, null));
    assertAllowed(
        PeerPolicy.group("nobody-of-that-name", "root"), peer(1000, 7, Arrays.asList(5, 0)));
    assertRefused(
        "peer pid=17 uid=1000 gid=1000 is not in group root", PeerPolicy.group("root"), ALICE);
    assertRefused(
        "unknown peer has no known groups, and must be in group root",
        PeerPolicy.group("root"),
        UNKNOWN);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void policyOfGroupsThatThereAreNotSaysSo() {
    PeerPolicy typo = PeerPolicy.group("nobody-of-that-name");
    assertEquals("there is no group nobody-of-that-name", typo.whyNobody());
    assertRefused("peer pid=17 uid=1000 gid=1000 is not in group nobody-of-that-name", typo, ALICE);
    assertNull(PeerPolicy.group("nobody-of-that-name", "root").whyNobody());
  }

  @Test
  void eitherOfTwoIsEnough() {
    PeerPolicy either = PeerPolicy.uid(5).or(PeerPolicy.gid(27));
    assertAllowed(either, ALICE);
    assertAllowed(PeerPolicy.gid(27).or(PeerPolicy.uid(5)), ALICE);
    assertRefused(
        "peer pid=17 uid=7 gid=7 is not uid 5, and is not in gid 27",
        either,
        peer(7, 7, Collections.emptyList()));
  }

  @Test
  void bothOfTwoAreNeeded() {
    assertAllowed(PeerPolicy.uid(1000).and(PeerPolicy.gid(27)), ALICE);
    assertRefused(
        "peer pid=17 uid=1000 gid=1000 is not uid 5",
        PeerPolicy.uid(5).and(PeerPolicy.gid(27)),
        ALICE);
    assertRefused(
        "peer pid=17 uid=1000 gid=1000 is not in gid 5",
        PeerPolicy.uid(1000).and(PeerPolicy.gid(5)),
        ALICE);
  }

  @Test
  void ofWhomNothingIsKnownIsRefused() {
    for (PeerPolicy policy :
        Arrays.asList(
            PeerPolicy.sameUser(), PeerPolicy.uid(0), PeerPolicy.gid(0), PeerPolicy.user("root"))) {
      assertTrue(policy.refusal(null).startsWith("unknown peer has no known "), policy.toString());
      assertTrue(policy.refusal(UNKNOWN).startsWith("unknown peer has no known "), "" + policy);
    }
  }

  @Test
  void policyOfUsersThatThereAreNotSaysSo() {
    PeerPolicy typo = PeerPolicy.user("nobody-of-that-name", "nor-of-that");
    assertEquals("there is no user nobody-of-that-name or nor-of-that", typo.whyNobody());
    assertEquals(typo.whyNobody(), typo.and(PeerPolicy.sameUser()).whyNobody());
    assertEquals(typo.whyNobody(), PeerPolicy.sameUser().and(typo).whyNobody());
    assertNull(typo.or(PeerPolicy.sameUser()).whyNobody());
    assertNull(PeerPolicy.anyUser().whyNobody());
    String own = System.getProperty("user.name");
    Assumptions.assumeFalse(own.equals("?"), "this user has no name");
    assertNull(PeerPolicy.user("nobody-of-that-name", own).whyNobody());
  }

  @Test
  void policiesSayWhomTheyAllow() {
    assertEquals("any user", PeerPolicy.anyUser().toString());
    assertEquals(
        "((same user or uid 0) and gid 27 or 40)",
        PeerPolicy.sameUser().or(PeerPolicy.uid(0)).and(PeerPolicy.gid(27, 40)).toString());
    assertEquals("user alice or bob", PeerPolicy.user("alice", "bob").toString());
  }

  @Test
  void whatCannotBeMeantIsRefusedAtOnce() {
    assertThrows(IllegalArgumentException.class, PeerPolicy::uid);
    assertThrows(IllegalArgumentException.class, PeerPolicy::gid);
    assertThrows(IllegalArgumentException.class, PeerPolicy::user);
    assertThrows(IllegalArgumentException.class, () -> PeerPolicy.uid(-1));
    assertThrows(IllegalArgumentException.class, () -> PeerPolicy.user(""));
    assertThrows(IllegalArgumentException.class, PeerPolicy::group);
    assertThrows(IllegalArgumentException.class, () -> PeerPolicy.group("27"));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> PeerPolicy.user("1000"));
    assertTrue(e.getMessage().contains("\"1000\""), e.getMessage());
  }

  private static void assertAllowed(PeerPolicy policy, PeerCredentials peer) {
    assertNull(policy.refusal(peer));
    assertTrue(policy.allows(peer));
  }

  private static void assertRefused(String reason, PeerPolicy policy, PeerCredentials peer) {
    assertEquals(reason, policy.refusal(peer));
    assertEquals(false, policy.allows(peer));
  }
}
