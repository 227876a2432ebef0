package io.github.grpcuds.spring;

import io.github.grpcuds.transport.PeerPolicy;
import java.util.List;
import java.util.function.Function;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Turns the properties of who may connect into one policy: the first that allows is enough. */
final class PeerPolicies {
  private static final String PREFIX = "grpcuds.server.peer.";
  private static final long LARGEST_ID = 0xffff_fffeL; // 32 bits, and all set is nobody's

  private PeerPolicy policy; // null as long as nobody is named

  private PeerPolicies() {}

  /**
   * Reads the policy; null if no property is set.
   *
   * @throws InvalidConfigurationPropertyValueException if a property names nobody, or is bad
   */
  static PeerPolicy of(UdsServerProperties.Peer peer) {
    PeerPolicies policies = new PeerPolicies();
    if (peer.isSameUser()) {
      policies.add(PeerPolicy.sameUser());
    }
    policies.add("uids", peer.getUids(), uids -> PeerPolicy.uid(ids(uids)));
    policies.add("gids", peer.getGids(), gids -> PeerPolicy.gid(ids(gids)));
    policies.add("users", peer.getUsers(), users -> PeerPolicy.user(names(users)));
    policies.add("groups", peer.getGroups(), groups -> PeerPolicy.group(names(groups)));
    return policies.policy;
  }

  private <T> void add(String name, List<T> values, Function<List<T>, PeerPolicy> rule) {
    if (values == null) {
      return;
    }
    if (values.isEmpty()) { // a placeholder without a value must not let everybody in
      throw new InvalidConfigurationPropertyValueException(
          PREFIX + name, values, "It names nobody. Remove it, or say who may connect.");
    }
    try {
      add(rule.apply(values));
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationPropertyValueException(PREFIX + name, values, e.getMessage());
    }
  }

  private void add(PeerPolicy more) {
    policy = policy == null ? more : policy.or(more);
  }

  private static int[] ids(List<Long> values) {
    return values.stream().mapToInt(PeerPolicies::id).toArray();
  }

  /** As the kernel has it: 32 bits, of which {@link PeerPolicy} takes the first for a sign. */
  private static int id(Long value) {
    if (value < 0 || value > LARGEST_ID) {
      throw new IllegalArgumentException("no id, which is 0 to " + LARGEST_ID + ": " + value);
    }
    return value.intValue();
  }

  private static String[] names(List<String> values) {
    return values.stream().map(String::trim).toArray(String[]::new);
  }
}
