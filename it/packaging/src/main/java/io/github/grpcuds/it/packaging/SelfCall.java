package io.github.grpcuds.it.packaging;

import io.github.grpcuds.server.UdsServerBuilder;
import io.github.grpcuds.transport.UdsAddress;
import io.github.grpcuds.transport.UdsSocketFactory;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;

/** Calls a server of its own through gRPC's registries, and says which classes served it. */
public final class SelfCall {
  private static final long SECONDS = 60;

  private static final MethodDescriptor<String, String> GREET =
      MethodDescriptor.newBuilder(new Text(), new Text())
          .setType(MethodType.UNARY)
          .setFullMethodName("test.Greeter/Greet")
          .build();

  private SelfCall() {}

  /**
   * Runs it.
   *
   * @param args the target of the server, and others to say who takes them
   */
  public static void main(String[] args) throws Exception {
    String target = args[0];
    Server server =
        UdsServerBuilder.forAddress(UdsAddress.parse(target))
            .addService(
                ServerServiceDefinition.builder("test.Greeter")
                    .addMethod(GREET, ServerCalls.asyncUnaryCall(SelfCall::greet))
                    .build())
            .build()
            .start();
    try {
      System.out.println("answer: " + call(target));
      try (Socket socket = new UdsSocketFactory(target).createSocket("localhost", 0)) {
        System.out.println("socket: " + socket);
      }
      for (String taken : args) {
        System.out.println(taken + " is for " + builder(taken).getClass().getName());
      }
    } finally {
      server.shutdownNow().awaitTermination(SECONDS, TimeUnit.SECONDS);
    }
  }

  private static ManagedChannelBuilder<?> builder(String target) {
    return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create());
  }

  private static String call(String target) throws InterruptedException {
    ManagedChannel channel = builder(target).build();
    try {
      CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
      return ClientCalls.blockingUnaryCall(channel, GREET, options, "world");
    } finally {
      channel.shutdownNow().awaitTermination(SECONDS, TimeUnit.SECONDS);
    }
  }

  private static void greet(String name, StreamObserver<String> answers) {
    answers.onNext("Hello " + name);
    answers.onCompleted();
  }

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try (Scanner scanner = new Scanner(stream, "UTF-8").useDelimiter("\\A")) {
        return scanner.hasNext() ? scanner.next() : "";
      }
    }
  }
}
