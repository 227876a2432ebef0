//! unix:PATH and unix-abstract:NAME.

use std::io::Result;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener as StdListener, UnixStream as StdStream};

use tokio::net::{UnixListener, UnixStream};

fn address(target: &str) -> Result<SocketAddr> {
    match target.strip_prefix("unix-abstract:") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(target.strip_prefix("unix:").unwrap_or(target)),
    }
}

pub fn listen(target: &str) -> Result<UnixListener> {
    let listener = StdListener::bind_addr(&address(target)?)?;
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

pub fn connect(target: &str) -> Result<UnixStream> {
    let stream = StdStream::connect_addr(&address(target)?)?;
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

/// Of a path the file stays when its listener is closed.
pub fn remove(target: &str) {
    if let Some(path) = target.strip_prefix("unix:") {
        let _ = std::fs::remove_file(path);
    }
}
