use std::error::Error;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::uri::PathAndQuery;
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tokio_stream::{iter, StreamExt};
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tower::service_fn;

use crate::codec::BytesCodec;
use crate::{MAX_MESSAGE, WINDOW};

type Client = Grpc<Channel>;

const IN_FLIGHT: usize = 64;
const SIZES: [usize; 3] = [32, 64 << 10, 4 << 20];

pub async fn bench(path: &str, duration: Duration) -> Result<(), Box<dyn Error>> {
    let path = path.to_owned();
    let channel = Endpoint::from_static("http://localhost")
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .connect_with_connector(service_fn(move |_| {
            let path = path.clone();
            async move { Ok::<_, std::io::Error>(TokioIo::new(UnixStream::connect(path).await?)) }
        }))
        .await?;
    let client = Grpc::new(channel).max_decoding_message_size(MAX_MESSAGE);

    times(client.clone(), duration).await?; // warm
    let sorted = times(client.clone(), duration).await?;
    let mut numbers = vec![
        micros(sorted[sorted.len() / 2]),
        micros(sorted[sorted.len() * 99 / 100]),
        rate(&client, duration).await?,
    ];
    if std::env::var("QUICK").unwrap_or_default().is_empty() {
        for size in SIZES {
            numbers.push(per_second(size, downloads(client.clone(), duration, size).await?));
        }
        for size in SIZES {
            numbers.push(per_second(size, uploads(client.clone(), duration, size).await?));
        }
    }
    let texts: Vec<String> = numbers.iter().map(|number| format!("{number:.1}")).collect();
    println!("{}", texts.join(" "));
    Ok(())
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// In messages where they are small, else in MB.
fn per_second(size: usize, messages: f64) -> f64 {
    if size < 1024 {
        messages
    } else {
        messages * size as f64 / 1e6
    }
}

async fn ready(client: &mut Client) -> Result<(), Status> {
    client.ready().await.map_err(|error| Status::unavailable(error.to_string()))
}

async fn call(client: &mut Client) -> Result<(), Status> {
    ready(client).await?;
    let request = Request::new(Bytes::from_static(&[0; 32]));
    client.unary(request, PathAndQuery::from_static("/p.Svc/U"), BytesCodec).await?;
    Ok(())
}

/// Of calls one after the other, sorted.
async fn times(mut client: Client, duration: Duration) -> Result<Vec<Duration>, Status> {
    let end = Instant::now() + duration;
    let mut all = Vec::new();
    while Instant::now() < end {
        let start = Instant::now();
        call(&mut client).await?;
        all.push(start.elapsed());
    }
    all.sort();
    Ok(all)
}

async fn rate(client: &Client, duration: Duration) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let mut client = client.clone();
        callers.spawn(async move {
            let mut calls = 0;
            while start.elapsed() < duration {
                call(&mut client).await?;
                calls += 1;
            }
            Ok::<u64, Status>(calls)
        });
    }
    let mut calls = 0;
    while let Some(of_one) = callers.join_next().await {
        calls += of_one??;
    }
    Ok(calls as f64 / start.elapsed().as_secs_f64())
}

fn messages(size: usize) -> usize {
    (96 << 20).min(20_000 * size) / size
}

async fn downloads(mut client: Client, duration: Duration, size: usize) -> Result<f64, Status> {
    let start = Instant::now();
    let mut total = 0;
    while start.elapsed() < duration {
        ready(&mut client).await?;
        let wish = Request::new(Bytes::from(format!("{},{}", messages(size), size)));
        let reply =
            client.server_streaming(wish, PathAndQuery::from_static("/p.Svc/SS"), BytesCodec).await?;
        let mut stream = reply.into_inner();
        while let Some(message) = stream.next().await {
            message?;
            total += 1;
        }
    }
    Ok(total as f64 / start.elapsed().as_secs_f64())
}

async fn uploads(mut client: Client, duration: Duration, size: usize) -> Result<f64, Status> {
    let message = Bytes::from(vec![0; size]);
    let start = Instant::now();
    let mut total = 0;
    while start.elapsed() < duration {
        ready(&mut client).await?;
        let count = messages(size);
        let sent = Request::new(iter(std::iter::repeat_n(message.clone(), count)));
        client
            .client_streaming(sent, PathAndQuery::from_static("/p.Svc/CS"), BytesCodec)
            .await?;
        total += count;
    }
    Ok(total as f64 / start.elapsed().as_secs_f64())
}
