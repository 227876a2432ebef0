//! The other side of ByteEcho in Rust, on tonic, without generated code.
//!
//!     rust [tls FOLDER | mtls FOLDER] serve TARGET        serves until standard input ends
//!     rust [tls FOLDER | mtls FOLDER] call TARGET CHECK   makes calls: kinds SIZE, metadata, limit, deadline, cancel,
//!                                                         gzip SIZE, many N, early or load; prints "passed"

mod client;
mod codec;
mod server;
mod target;
mod tls;

use tls::Tls;

const REPEATS: usize = 3;
const MAX_MESSAGE: usize = 65 << 20;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (tls, rest) = match arguments[..] {
        [kind @ ("tls" | "mtls"), folder, ref rest @ ..] => {
            (Some(Tls { mutual: kind == "mtls", folder: folder.into() }), rest)
        }
        ref rest => (None, rest),
    };
    match rest {
        ["serve", target] => server::serve(target, tls).await,
        ["call", target, check @ ..] => client::call(target, check, tls).await,
        _ => Err("usage: [tls FOLDER | mtls FOLDER] serve TARGET | call TARGET CHECK [NUMBER]".into()),
    }
}
