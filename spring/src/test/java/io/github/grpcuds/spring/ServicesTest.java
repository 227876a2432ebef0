package io.github.grpcuds.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.grpc.server.autoconfigure.health.GrpcServerHealthSchedulerAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Boot's own services on our server. */
@Tag(Classpaths.ANY)
final class ServicesTest {
  @TempDir Path folder;

  @Test
  void healthAndReflectionAreThere() {
    Path socket = folder.resolve("a.sock");
    ApplicationContextRunner application =
        Contexts.withGreeter()
            .withConfiguration(
                AutoConfigurations.of(
                    HealthContributorAutoConfiguration.class,
                    HealthContributorRegistryAutoConfiguration.class,
                    GrpcServerHealthSchedulerAutoConfiguration.class))
            .withPropertyValues("spring.grpc.server.address=unix:" + socket);
    application.run(
        context -> {
          Channel channel = Contexts.channel(context, "unix:" + socket);
          HealthCheckResponse health =
              HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
          assertThat(health.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
          assertThat(servicesOf(channel))
              .contains("grpcuds.greeter.v1.Greeter", "grpc.health.v1.Health");
        });
  }

  private static List<String> servicesOf(Channel channel) throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<ServerReflectionResponse>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("*").build());
    requests.onCompleted();
    return answer.get(60, TimeUnit.SECONDS).getListServicesResponse().getServiceList().stream()
        .map(ServiceResponse::getName)
        .toList();
  }
}
