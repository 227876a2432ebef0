package io.github.grpcuds.examples.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * A server on a Unix domain socket. With {@code --spring.profiles.active=client} it is a client
 * that makes one call.
 */
@SpringBootApplication
public class GreeterApplication {
  public static void main(String[] args) {
    SpringApplication.run(GreeterApplication.class, args);
  }
}
