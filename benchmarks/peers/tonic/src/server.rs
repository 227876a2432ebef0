use std::convert::Infallible;
use std::error::Error;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::{copy, sink, stdin};
use tokio::net::UnixListener;
use tokio_stream::wrappers::UnixListenerStream;
use tokio_stream::{iter, Iter, StreamExt};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tonic::server::{ClientStreamingService, Grpc, NamedService, ServerStreamingService, UnaryService};
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

use crate::codec::BytesCodec;
use crate::{MAX_MESSAGE, WINDOW};

pub async fn serve(path: &str) -> Result<(), Box<dyn Error>> {
    let listener = UnixListener::bind(path)?;
    println!("listening");
    let end_of_input = async {
        let _ = copy(&mut stdin(), &mut sink()).await;
    };
    Server::builder()
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .add_service(Svc)
        .serve_with_incoming_shutdown(UnixListenerStream::new(listener), end_of_input)
        .await?;
    Ok(())
}

#[derive(Clone)]
struct Svc;

impl NamedService for Svc {
    const NAME: &'static str = "p.Svc";
}

impl Service<http::Request<Body>> for Svc {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let mut grpc = Grpc::new(BytesCodec).apply_max_message_size_config(Some(MAX_MESSAGE), None);
        Box::pin(async move {
            Ok(match request.uri().path() {
                "/p.Svc/U" => grpc.unary(Unary, request).await,
                "/p.Svc/SS" => grpc.server_streaming(Download, request).await,
                "/p.Svc/CS" => grpc.client_streaming(Upload, request).await,
                _ => Status::unimplemented("no such method").into_http(),
            })
        })
    }
}

struct Unary;

impl UnaryService<Bytes> for Unary {
    type Response = Bytes;
    type Future = BoxFuture<Response<Bytes>, Status>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        Box::pin(async move { Ok(Response::new(request.into_inner())) })
    }
}

struct Download;

type Messages = Iter<Box<dyn Iterator<Item = Result<Bytes, Status>> + Send>>;

impl ServerStreamingService<Bytes> for Download {
    type Response = Bytes;
    type ResponseStream = Messages;
    type Future = BoxFuture<Response<Messages>, Status>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        Box::pin(async move {
            let wish = String::from_utf8_lossy(request.get_ref()).into_owned();
            let numbers: Option<(usize, usize)> = wish
                .split_once(',')
                .and_then(|(count, size)| Some((count.parse().ok()?, size.parse().ok()?)));
            let Some((count, size)) = numbers else {
                return Err(Status::invalid_argument(wish));
            };
            let message = Bytes::from(vec![0; size]);
            let messages = std::iter::repeat_n(message, count).map(Ok);
            let boxed: Box<dyn Iterator<Item = Result<Bytes, Status>> + Send> = Box::new(messages);
            Ok(Response::new(iter(boxed)))
        })
    }
}

struct Upload;

impl ClientStreamingService<Bytes> for Upload {
    type Response = Bytes;
    type Future = BoxFuture<Response<Bytes>, Status>;

    fn call(&mut self, request: Request<Streaming<Bytes>>) -> Self::Future {
        Box::pin(async move {
            let mut messages = request.into_inner();
            let mut total = 0;
            while let Some(message) = messages.next().await {
                total += message?.len();
            }
            Ok(Response::new(Bytes::from(total.to_string())))
        })
    }
}
