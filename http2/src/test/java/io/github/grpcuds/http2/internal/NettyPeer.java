package io.github.grpcuds.http2.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/** Netty's HPACK, as the other end of ours. */
final class NettyPeer {
  final DefaultHttp2HeadersDecoder decoder = new RecordingDecoder();

  /** Uses the Huffman code wherever it is shorter. */
  final DefaultHttp2HeadersEncoder encoder =
      new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, true, 16, 0);

  private List<String> recorded;

  List<String> decode(byte[] block) throws io.netty.handler.codec.http2.Http2Exception {
    recorded = new ArrayList<>();
    ByteBuf in = Unpooled.wrappedBuffer(block);
    decoder.decodeHeaders(1, in);
    return recorded;
  }

  /** The fields in the order that Netty gives them, pseudo-headers first. */
  byte[] encode(HeaderList list) throws io.netty.handler.codec.http2.Http2Exception {
    Http2Headers headers = new DefaultHttp2Headers(false);
    for (int i = 0; i < list.size(); i++) {
      headers.add(new AsciiString(list.name(i)), new AsciiString(list.value(i)));
    }
    ByteBuf out = Unpooled.buffer();
    encoder.encodeHeaders(1, headers, out);
    return ByteBufUtil.getBytes(out);
  }

  private final class RecordingDecoder extends DefaultHttp2HeadersDecoder {
    RecordingDecoder() {
      super(false, 1 << 24);
    }

    @Override
    protected Http2Headers newHeaders() {
      return new RecordingHeaders();
    }
  }

  /** Keeps the order of the wire, which Netty's own class does not. */
  private final class RecordingHeaders extends DefaultHttp2Headers {
    RecordingHeaders() {
      super(false);
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
      recorded.add(name + ": " + value);
      return this;
    }
  }
}
