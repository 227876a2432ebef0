/** gRPC over Unix domain sockets on Android. */
package io.github.grpcuds.android;
