package io.github.grpcuds.bridge;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.grpc.stub.StreamObserver;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.core.v3.Address;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.core.v3.Locality;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.listener.v3.ApiListener;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.listener.v3.Listener;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.route.v3.Route;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.grpc.xds.shaded.io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.grpc.xds.shaded.io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.grpc.xds.shaded.io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.grpc.xds.shaded.io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.grpc.xds.shaded.io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.grpc.xds.shaded.io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.xds.shaded.io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.HashMap;
import java.util.Map;

/** Tells xDS clients of one service, by round robin over ports of this machine. */
final class ControlPlane extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
  private final Map<String, Message> resources = new HashMap<>();

  ControlPlane(String service, int... ports) {
    add(listener(service));
    add(cluster(service));
    add(endpoints(service, ports));
  }

  private void add(Message resource) {
    resources.put(Any.pack(resource).getTypeUrl(), resource);
  }

  private static Listener listener(String service) {
    VirtualHost.Builder host =
        VirtualHost.newBuilder()
            .setName(service)
            .addDomains("*")
            .addRoutes(
                Route.newBuilder()
                    .setMatch(RouteMatch.newBuilder().setPrefix(""))
                    .setRoute(RouteAction.newBuilder().setCluster(service)));
    HttpConnectionManager manager =
        HttpConnectionManager.newBuilder()
            .setRouteConfig(RouteConfiguration.newBuilder().setName(service).addVirtualHosts(host))
            .addHttpFilters(
                HttpFilter.newBuilder()
                    .setName("router")
                    .setTypedConfig(Any.pack(Router.getDefaultInstance())))
            .build();
    return Listener.newBuilder()
        .setName(service)
        .setApiListener(ApiListener.newBuilder().setApiListener(Any.pack(manager)))
        .build();
  }

  private static Cluster cluster(String service) {
    ConfigSource here =
        ConfigSource.newBuilder().setAds(AggregatedConfigSource.getDefaultInstance()).build();
    return Cluster.newBuilder()
        .setName(service)
        .setType(Cluster.DiscoveryType.EDS)
        .setEdsClusterConfig(Cluster.EdsClusterConfig.newBuilder().setEdsConfig(here))
        .setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN)
        .build();
  }

  private static ClusterLoadAssignment endpoints(String service, int... ports) {
    LocalityLbEndpoints.Builder here =
        LocalityLbEndpoints.newBuilder()
            .setLocality(Locality.newBuilder().setRegion("here"))
            .setLoadBalancingWeight(UInt32Value.of(1));
    for (int port : ports) {
      SocketAddress.Builder address =
          SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port);
      here.addLbEndpoints(
          LbEndpoint.newBuilder()
              .setEndpoint(
                  Endpoint.newBuilder()
                      .setAddress(Address.newBuilder().setSocketAddress(address))));
    }
    return ClusterLoadAssignment.newBuilder().setClusterName(service).addEndpoints(here).build();
  }

  @Override
  public StreamObserver<DiscoveryRequest> streamAggregatedResources(
      StreamObserver<DiscoveryResponse> responses) {
    return new StreamObserver<DiscoveryRequest>() {
      @Override
      public void onNext(DiscoveryRequest request) {
        Message resource = resources.get(request.getTypeUrl());
        boolean isFirst = request.getResponseNonce().isEmpty(); // the others acknowledge
        if (isFirst && resource != null) {
          responses.onNext(
              DiscoveryResponse.newBuilder()
                  .setTypeUrl(request.getTypeUrl())
                  .setVersionInfo("1")
                  .setNonce("1")
                  .addResources(Any.pack(resource))
                  .build());
        }
      }

      @Override
      public void onError(Throwable t) {}

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }
}
