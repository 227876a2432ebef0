package io.github.grpcuds.okhttp;

import io.grpc.Internal;

/**
 * Resolves {@code unix-abstract:} for the whole process. Found by ServiceLoader; not for direct
 * use.
 */
@Internal
public final class UdsAbstractNameResolverProvider extends UdsNameResolverProvider {
  /** For ServiceLoader. */
  public UdsAbstractNameResolverProvider() {}

  @Override
  public String getDefaultScheme() {
    return UdsTarget.ABSTRACT_SCHEME;
  }
}
