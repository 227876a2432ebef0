package io.github.grpcuds.server;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** What this server uses of grpc-core's internal API; a test compares it with the classes. */
final class GrpcInternals {
  /** Members of classes in io.grpc.internal. */
  static final List<String> CALLED =
      Collections.unmodifiableList(
          Arrays.asList(
              "AbstractReadableBuffer: AbstractReadableBuffer()",
              "AbstractReadableBuffer: void checkReadable(int)",
              "AbstractServerStream$TransportState: ServerStreamListener listener()",
              "AbstractServerStream$TransportState: TransportState(int, StatsTraceContext,"
                  + " TransportTracer)",
              "AbstractServerStream$TransportState: void complete()",
              "AbstractServerStream$TransportState: void inboundDataReceived(ReadableBuffer,"
                  + " boolean)",
              "AbstractServerStream$TransportState: void messagesAvailable(MessageProducer)",
              "AbstractServerStream$TransportState: void onSentBytes(int)",
              "AbstractServerStream$TransportState: void onStreamAllocated()",
              "AbstractServerStream$TransportState: void transportReportStatus(Status)",
              "AbstractServerStream: AbstractServerStream(WritableBufferAllocator,"
                  + " StatsTraceContext)",
              "AbstractServerStream: void onSendingBytes(int)",
              "GrpcAttributes: Key ATTR_SECURITY_LEVEL",
              "GrpcUtil$Http2Error: Status statusForCode(long)",
              "GrpcUtil: Key CONTENT_TYPE_KEY",
              "GrpcUtil: Key TE_HEADER",
              "GrpcUtil: Key TIMEOUT_KEY",
              "GrpcUtil: Key USER_AGENT_KEY",
              "GrpcUtil: Resource SHARED_CHANNEL_EXECUTOR",
              "GrpcUtil: Resource TIMER_SERVICE",
              "GrpcUtil: boolean isGrpcContentType(String)",
              "KeepAliveEnforcer: KeepAliveEnforcer(boolean, long, TimeUnit)",
              "KeepAliveEnforcer: boolean pingAcceptable()",
              "KeepAliveEnforcer: void onTransportActive()",
              "KeepAliveEnforcer: void onTransportIdle()",
              "KeepAliveEnforcer: void resetCounters()",
              "ObjectPool: Object getObject()",
              "ObjectPool: Object returnObject(Object)",
              "ReadableBuffers: ReadableBuffer empty()",
              "ServerImplBuilder: InternalChannelz getChannelz()",
              "ServerImplBuilder: ServerImplBuilder(ClientTransportServersBuilder)",
              "ServerListener: ServerTransportListener transportCreated(ServerTransport)",
              "ServerListener: void serverShutdown()",
              "ServerStreamListener: void closed(Status)",
              "ServerTransportListener: Attributes transportReady(Attributes)",
              "ServerTransportListener: void streamCreated(ServerStream, String, Metadata)",
              "ServerTransportListener: void transportTerminated()",
              "SharedResourcePool: Object getObject()",
              "SharedResourcePool: SharedResourcePool forResource(Resource)",
              "StatsTraceContext: StatsTraceContext newServerContext(List, String, Metadata)",
              "StatsTraceContext: void streamClosed(Status)",
              "StreamListener$MessageProducer: InputStream next()",
              "TransportFrameUtil: byte[][] toHttp2Headers(Metadata)",
              "TransportFrameUtil: byte[][] toRawSerializedHeaders(byte[][])",
              "TransportTracer$Factory: TransportTracer create()",
              "TransportTracer: Factory getDefaultFactory()",
              "TransportTracer: TransportStats getStats()"));

  /** Our classes that gRPC calls. */
  static final List<String> IMPLEMENTATIONS =
      Collections.unmodifiableList(
          Arrays.asList(
              "GrpcServer",
              "GrpcStream",
              "GrpcStream$ExchangeSink",
              "GrpcStream$State",
              "GrpcTransport",
              "InboundPiece",
              "OutboundBuffer"));

  /**
   * What gRPC calls a {@link ServerFactory} by: one of these. A version that has the first lacks a
   * type of the second, so that class cannot be looked into.
   */
  static final List<String> FACTORY_METHODS =
      Collections.unmodifiableList(
          Arrays.asList(
              "InternalServer buildClientTransportServers(List)",
              "InternalServer buildClientTransportServers(List, MetricRecorder)"));

  private GrpcInternals() {}
}
