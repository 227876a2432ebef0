use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use tokio::io::{copy, sink, stdin};
use tokio_stream::wrappers::UnixListenerStream;
use tokio_stream::{iter, Stream, StreamExt};
use tonic::body::Body;
use tonic::codec::{CompressionEncoding, EnabledCompressionEncodings};
use tonic::codegen::{BoxFuture, Service};
use tonic::metadata::MetadataMap;
use tonic::server::{ClientStreamingService, Grpc, NamedService, ServerStreamingService, StreamingService};
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Code, Request, Response, Status, Streaming};

use crate::codec::BytesCodec;
use crate::tls::Tls;
use crate::{target, Failure, MAX_MESSAGE, REPEATS};

pub async fn serve(target: &str, tls: Option<Tls>) -> Result<(), Failure> {
    let listener = target::listen(target)?;
    let mut server = Server::builder();
    if let Some(tls) = tls {
        server = server.tls_config(credentials(&tls)?)?;
    }
    println!("listening");
    let end_of_input = async {
        let _ = copy(&mut stdin(), &mut sink()).await;
    };
    let serving = server.add_service(ByteEcho).serve_with_incoming(UnixListenerStream::new(listener));
    tokio::select! {
        ended = serving => ended?,
        () = end_of_input => target::remove(target),
    }
    Ok(())
}

fn credentials(tls: &Tls) -> Result<ServerTlsConfig, Failure> {
    let config = ServerTlsConfig::new().identity(Identity::from_pem(tls.read("server.pem")?, tls.read("server.key")?));
    Ok(if tls.mutual { config.client_ca_root(tls.certificate("client.pem")?) } else { config })
}

#[derive(Clone)]
struct ByteEcho;

impl NamedService for ByteEcho {
    const NAME: &'static str = "grpcuds.test.ByteEcho";
}

impl Service<http::Request<Body>> for ByteEcho {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let mut gzip = EnabledCompressionEncodings::default();
        gzip.enable(CompressionEncoding::Gzip);
        let mut grpc = Grpc::new(BytesCodec)
            .apply_max_message_size_config(Some(MAX_MESSAGE), None)
            .apply_compression_config(gzip, gzip);
        Box::pin(async move {
            let method = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
            Ok(match method.as_str() {
                "Echo" => grpc.server_streaming(Echo, request).await,
                "Join" => grpc.client_streaming(Join, request).await,
                "Repeat" => grpc.server_streaming(Repeat, request).await,
                "Chat" => grpc.streaming(Chat, request).await,
                "Wait" => grpc.server_streaming(Wait, request).await,
                _ => Status::unimplemented(method).into_http(),
            })
        })
    }
}

type Messages = Pin<Box<dyn Stream<Item = Result<Bytes, Status>> + Send>>;
type Answers = BoxFuture<Response<Messages>, Status>;

/// A unary method, as a stream of one message: tonic sends trailers of a success no other way.
struct Echo;

impl ServerStreamingService<Bytes> for Echo {
    type Response = Bytes;
    type ResponseStream = Messages;
    type Future = Answers;

    fn call(&mut self, request: Request<Bytes>) -> Answers {
        Box::pin(async move {
            let (metadata, _, message) = request.into_parts();
            let mut answers = vec![Ok(message)];
            let Some(tag) = metadata.get("tag") else {
                return Ok(Response::new(Box::pin(iter(answers)) as Messages));
            };
            let tag = format!("got {}", tag.to_str().map_err(|e| Status::internal(e.to_string()))?);
            let mut trailers = MetadataMap::new();
            if let Some(data) = metadata.get_bin("data-bin") {
                trailers.insert_bin("data-bin", data.clone());
            }
            answers.push(Err(Status::with_metadata(Code::Ok, "", trailers)));
            let mut response = Response::new(Box::pin(iter(answers)) as Messages);
            let tag = tag.parse().map_err(|_| Status::internal(tag.clone()))?;
            response.metadata_mut().insert("tag", tag);
            Ok(response)
        })
    }
}

struct Join;

impl ClientStreamingService<Bytes> for Join {
    type Response = Bytes;
    type Future = BoxFuture<Response<Bytes>, Status>;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Self::Future {
        Box::pin(async move {
            let mut messages = request.into_inner();
            let mut all = BytesMut::new();
            while let Some(message) = messages.next().await {
                all.extend_from_slice(&message?);
            }
            Ok(Response::new(all.freeze()))
        })
    }
}

struct Repeat;

impl ServerStreamingService<Bytes> for Repeat {
    type Response = Bytes;
    type ResponseStream = Messages;
    type Future = Answers;

    fn call(&mut self, request: Request<Bytes>) -> Answers {
        let answers = std::iter::repeat_n(request.into_inner(), REPEATS).map(Ok);
        Box::pin(async move { Ok(Response::new(Box::pin(iter(answers)) as Messages)) })
    }
}

struct Chat;

impl StreamingService<Bytes> for Chat {
    type Response = Bytes;
    type ResponseStream = Messages;
    type Future = Answers;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Answers {
        Box::pin(async move { Ok(Response::new(Box::pin(request.into_inner()) as Messages)) })
    }
}

struct Wait;

impl ServerStreamingService<Bytes> for Wait {
    type Response = Bytes;
    type ResponseStream = Messages;
    type Future = Answers;

    fn call(&mut self, _: Request<Bytes>) -> Answers {
        println!("wait began");
        Box::pin(async move { Ok(Response::new(Box::pin(Waiting) as Messages)) })
    }
}

/// Has nothing to say, until its call ends and it is dropped.
struct Waiting;

impl Stream for Waiting {
    type Item = Result<Bytes, Status>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        println!("wait ended");
    }
}
