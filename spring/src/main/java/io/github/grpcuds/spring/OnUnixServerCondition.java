package io.github.grpcuds.spring;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches if the properties ask for a server on a Unix domain socket. */
final class OnUnixServerCondition extends SpringBootCondition {
  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    ConditionMessage.Builder message = ConditionMessage.forCondition("Unix domain socket server");
    String asking = ServerAddressProperties.of(context.getEnvironment()).asking();
    return asking == null
        ? ConditionOutcome.noMatch(
            message.because(
                ServerAddressProperties.ADDRESS + " does not begin with unix: or unix-abstract:"))
        : ConditionOutcome.match(message.foundExactly("property " + asking));
  }
}
