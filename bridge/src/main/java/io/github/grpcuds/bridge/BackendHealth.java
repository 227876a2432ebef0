package io.github.grpcuds.bridge;

import io.grpc.BindableService;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;

/**
 * Watches the channel to the backend: says in the log when it comes and goes, and answers health
 * checks with it. The bridge serves while it has, or may get, a connection; a channel that is idle
 * connects with its next call.
 */
final class BackendHealth {
  private final ManagedChannel channel;
  private final String target;
  private final HealthStatusManager health = new HealthStatusManager();

  BackendHealth(ManagedChannel channel, String target) {
    this.channel = channel;
    this.target = target;
  }

  BindableService service() {
    return health.getHealthService();
  }

  /** Begins to watch. Connects, so that the first call does not have to wait for that. */
  void start() {
    watch(channel.getState(true), null);
  }

  private void watch(ConnectivityState state, ConnectivityState before) {
    tell(state, before);
    if (state != ConnectivityState.SHUTDOWN) {
      channel.notifyWhenStateChanged(state, () -> watch(channel.getState(false), state));
    }
  }

  private void tell(ConnectivityState state, ConnectivityState before) {
    if (state == ConnectivityState.READY) {
      Log.line("connected to " + target);
    } else if (state == ConnectivityState.TRANSIENT_FAILURE && before != state) {
      Log.line("cannot reach " + target + "; trying again");
    }
    boolean serves = state != ConnectivityState.TRANSIENT_FAILURE;
    health.setStatus(
        HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
        serves ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** From now on the answer is that the bridge does not serve. */
  void drain() {
    health.enterTerminalState();
  }
}
