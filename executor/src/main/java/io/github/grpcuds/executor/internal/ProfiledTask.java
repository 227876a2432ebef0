package io.github.grpcuds.executor.internal;

/** A task, and what is known of its kind. */
final class ProfiledTask {
  final Runnable body;
  final TaskProfile profile;

  ProfiledTask(Runnable body, TaskProfile profile) {
    this.body = body;
    this.profile = profile;
  }
}
