use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::uri::PathAndQuery;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use tokio::time::{sleep, Instant};
use tokio_stream::{iter, StreamExt};
use tonic::client::Grpc;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataValue;
use tonic::transport::{Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Request, Response, Status, Streaming};
use tower::service_fn;

use crate::codec::BytesCodec;
use crate::tls::Tls;
use crate::{target, Failure, MAX_MESSAGE, REPEATS};

type Client = Grpc<Channel>;

const LIMIT: Duration = Duration::from_secs(60);
const CALLERS: usize = 16;

pub async fn call(target: &str, check: &[&str], tls: Option<Tls>) -> Result<(), Failure> {
    let client = Grpc::new(channel(target, tls)?).max_decoding_message_size(MAX_MESSAGE);
    match *check {
        ["kinds", size] => kinds(&client, size.parse()?).await?,
        ["metadata"] => metadata(&client).await?,
        ["limit"] => limit(&client).await?,
        ["deadline"] => deadline(&client).await?,
        ["cancel"] => cancel(&client).await?,
        ["gzip", size] => gzip(client, size.parse()?).await?,
        ["many", calls] => many(&client, calls.parse()?).await?,
        ["early"] => early(&client).await?,
        ["load"] => load(&client).await?,
        _ => return Err(format!("no check {check:?}").into()),
    }
    println!("passed");
    Ok(())
}

/// Connects with the first call, and again whenever it has to.
fn channel(target: &str, tls: Option<Tls>) -> Result<Channel, Failure> {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let mut endpoint = Endpoint::from_shared(format!("{scheme}://localhost"))?;
    if let Some(tls) = tls {
        let mut config = ClientTlsConfig::new().ca_certificate(tls.certificate("server.pem")?);
        if tls.mutual {
            config = config.identity(Identity::from_pem(tls.read("client.pem")?, tls.read("client.key")?));
        }
        endpoint = endpoint.tls_config(config)?;
    }
    let target = target.to_owned();
    Ok(endpoint.connect_with_connector_lazy(service_fn(move |_| {
        let connection = target::connect(&target).map(TokioIo::new);
        async move { connection }
    })))
}

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(message().into())
    }
}

fn path(method: &str) -> Result<PathAndQuery, Failure> {
    Ok(format!("/grpcuds.test.ByteEcho/{method}").parse()?)
}

fn within<T>(limit: Duration, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(limit);
    request
}

fn random(size: usize) -> Bytes {
    let mut state: u32 = 0x9E37_79B9;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(size).collect()
}

async fn ready(client: &mut Client) -> Result<(), Status> {
    client.ready().await.map_err(|error| Status::unavailable(error.to_string()))
}

async fn unary(client: &Client, request: Request<Bytes>) -> Result<Response<Bytes>, Status> {
    let mut client = client.clone();
    ready(&mut client).await?;
    client.unary(request, PathAndQuery::from_static("/grpcuds.test.ByteEcho/Echo"), BytesCodec).await
}

async fn exchange(client: &Client, method: &str, messages: Vec<Bytes>) -> Result<Vec<Bytes>, Failure> {
    let mut client = client.clone();
    ready(&mut client).await?;
    let response = client.streaming(within(LIMIT, iter(messages)), path(method)?, BytesCodec).await?;
    Ok(response.into_inner().collect::<Result<Vec<Bytes>, Status>>().await?)
}

async fn kinds(client: &Client, size: usize) -> Result<(), Failure> {
    let message = random(size);
    let messages = vec![message.clone(); REPEATS];
    let answer = unary(client, within(LIMIT, message.clone())).await?.into_inner();
    ensure(answer == message, || "Echo answers something else".into())?;
    let joined = exchange(client, "Join", messages.clone()).await?;
    ensure(joined == [messages.concat()], || "Join answers something else".into())?;
    let repeated = exchange(client, "Repeat", vec![message]).await?;
    ensure(repeated == messages, || "Repeat answers something else".into())?;
    let answers = exchange(client, "Chat", messages.clone()).await?;
    ensure(answers == messages, || "Chat answers something else".into())
}

async fn metadata(client: &Client) -> Result<(), Failure> {
    let data = random(256);
    let mut request = within(LIMIT, Bytes::new());
    request.metadata_mut().insert("tag", "x".parse()?);
    request.metadata_mut().insert_bin("data-bin", MetadataValue::from_bytes(&data));
    let mut client = client.clone();
    ready(&mut client).await?;
    // As a stream, of which tonic tells headers and trailers apart.
    let response = client.server_streaming(request, path("Echo")?, BytesCodec).await?;
    let tag = response.metadata().get("tag").cloned();
    ensure(tag.as_ref().is_some_and(|tag| tag == "got x"), || format!("header {tag:?}"))?;
    let mut messages = response.into_inner();
    while messages.message().await?.is_some() {}
    let trailers = messages.trailers().await?.unwrap_or_default();
    let received = trailers.get_bin("data-bin").and_then(|value| value.to_bytes().ok());
    ensure(received == Some(data), || format!("trailers {trailers:?}"))
}

async fn limit(client: &Client) -> Result<(), Failure> {
    kinds(client, 0).await?;
    let mut request = within(LIMIT, Bytes::new());
    request.metadata_mut().insert("x", "a".repeat(10_000).parse()?);
    let status = unary(client, request).await.err();
    let code = status.as_ref().map(Status::code);
    ensure(code == Some(Code::ResourceExhausted), || format!("{status:?}"))?;
    kinds(client, 0).await
}

async fn wait(client: &Client, limit: Duration) -> Result<Streaming<Bytes>, Failure> {
    let mut client = client.clone();
    ready(&mut client).await?;
    Ok(client.server_streaming(within(limit, Bytes::new()), path("Wait")?, BytesCodec).await?.into_inner())
}

/// tonic's own timer ends with the headers; what ends the call is the server.
async fn deadline(client: &Client) -> Result<(), Failure> {
    kinds(client, 0).await?; // so that what follows has a connection
    let ended = wait(client, Duration::from_millis(1500)).await?.message().await;
    let code = ended.as_ref().err().map(Status::code);
    ensure(code == Some(Code::DeadlineExceeded), || format!("{ended:?}"))
}

/// By dropping the call, as tonic has it. Its headers have come, so it has reached its handler.
async fn cancel(client: &Client) -> Result<(), Failure> {
    drop(wait(client, LIMIT).await?);
    kinds(client, 0).await
}

async fn gzip(client: Client, size: usize) -> Result<(), Failure> {
    let client = client
        .send_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Gzip);
    let message = Bytes::from(b"gzip".repeat(size / 4));
    let answer = unary(&client, within(LIMIT, message.clone())).await?.into_inner();
    ensure(answer == message, || "Echo answers something else".into())
}

/// Calls at once, on one connection.
async fn many(client: &Client, calls: usize) -> Result<(), Failure> {
    let mut all = JoinSet::new();
    for i in 0..calls {
        let client = client.clone();
        all.spawn(async move {
            let message = Bytes::from(i.to_string());
            let answer = unary(&client, within(LIMIT, message.clone())).await?.into_inner();
            ensure(answer == message, || format!("call {i} got {answer:?}"))
        });
    }
    while let Some(ended) = all.join_next().await {
        ended??;
    }
    Ok(())
}

/// Whether a call had no server, or none any more. Of a connection that was reset, tonic makes other codes as well; what
/// it makes itself has a source, which what a server says has not.
fn is_lost(status: &Status) -> bool {
    let reset = matches!(status.code(), Code::Unknown | Code::Internal | Code::Cancelled) && status.source().is_some();
    reset || status.code() == Code::Unavailable
}

/// Calls again and again, as tonic knows no waiting for a server, until one answers.
async fn until_served(client: &Client, message: &Bytes) -> Result<(), Failure> {
    let end = Instant::now() + LIMIT;
    loop {
        match unary(client, within(LIMIT, message.clone())).await {
            Ok(answer) => return ensure(answer.get_ref() == message, || format!("{message:?} got {answer:?}")),
            Err(status) if is_lost(&status) && Instant::now() < end => {
                sleep(Duration::from_millis(20)).await;
            }
            Err(status) => return Err(status.into()),
        }
    }
}

/// Before there is a server.
async fn early(client: &Client) -> Result<(), Failure> {
    let ended = unary(client, within(LIMIT, Bytes::new())).await;
    let code = ended.as_ref().err().map(Status::code);
    ensure(code == Some(Code::Unavailable), || format!("{ended:?}"))?;
    println!("unavailable");
    until_served(client, &random(100)).await
}

/// Calls without a pause while the server is killed and started again: each is answered, or UNAVAILABLE.
async fn load(client: &Client) -> Result<(), Failure> {
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let client = client.clone();
        callers.spawn(async move {
            let mut calls = 0;
            loop {
                let message = Bytes::from(format!("{caller}:{calls}"));
                match unary(&client, within(LIMIT, message.clone())).await {
                    Ok(answer) => ensure(*answer.get_ref() == message, || format!("{message:?} got {answer:?}"))?,
                    Err(status) if is_lost(&status) => return Ok::<(), Failure>(()),
                    Err(status) => return Err(status.into()),
                }
                if calls == 0 {
                    println!("answered");
                }
                calls += 1;
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    println!("unavailable");
    for caller in 0..CALLERS {
        until_served(client, &Bytes::from(format!("{caller}:again"))).await?;
    }
    Ok(())
}
