//! A server and a client of the comparison, by tonic.
//!
//!     tonic serve PATH          serves until standard input ends
//!     tonic bench PATH SECONDS  prints p50 us, p99 us, calls/s and, unless QUICK is set, six rates of streams

mod client;
mod codec;
mod server;

use std::error::Error;
use std::time::Duration;

const WINDOW: u32 = 8 << 20;
const MAX_MESSAGE: usize = 16 << 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", path] => server::serve(path).await,
        ["bench", path, seconds] => client::bench(path, Duration::from_secs_f64(seconds.parse()?)).await,
        _ => Err("usage: serve PATH | bench PATH SECONDS".into()),
    }
}
