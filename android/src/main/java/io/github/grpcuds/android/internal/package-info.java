/** What grpc-uds-android is made of. Internal to grpc-uds: may change in any version. */
package io.github.grpcuds.android.internal;
