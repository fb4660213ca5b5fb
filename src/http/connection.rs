//! One connection: it holds its permits until it is closed, and it ends if the client reads nothing for too long, for which
//! hyper has no limit.

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::net::{IpAddr, Ipv6Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};

/// The permits of an open connection: one of all connections, and one of its peer.
#[derive(Debug)]
pub(super) struct ConnectionPermits(
    #[expect(dead_code, reason = "released when it is dropped")] pub(super) OwnedSemaphorePermit,
    #[expect(dead_code, reason = "released when it is dropped")] pub(super) PeerPermit,
);

/// A stream and its permits.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    stall: Duration,
    /// Runs while the client reads nothing.
    stalled: Option<Pin<Box<Sleep>>>,
    _permits: ConnectionPermits,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, stall: Duration, permits: ConnectionPermits) -> Self {
        Self { stream, stall, stalled: None, _permits: permits }
    }

    /// Passes on the result of a write, and fails it if writing has been blocked for too long.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stall = self.stall;
        ready!(self.stalled.get_or_insert_with(|| Box::pin(sleep(stall))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.in_time(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.in_time(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The number of open connections per address. Clones share the counts.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    max: usize,
}

/// Permission for one connection of an address, until it is dropped.
#[derive(Debug)]
pub(super) struct PeerPermit {
    addresses: Addresses,
    address: IpAddr,
}

impl Addresses {
    /// At most `max` connections per address.
    pub(super) fn new(max: usize) -> Self {
        Self { open: Arc::default(), max }
    }

    /// Counts one more connection of `peer`. `None` if it already has the maximum.
    pub(super) fn enter(&self, peer: IpAddr) -> Option<PeerPermit> {
        let address = network_key(peer);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(PeerPermit { addresses: self.clone(), address })
    }
}

impl Drop for PeerPermit {
    fn drop(&mut self) {
        let mut open = self.addresses.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// Returns the key under which connections of an address are counted. For IPv6 it is the whole /64, because one machine can use
/// any number of addresses within it.
pub(super) fn network_key(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_per_address_are_limited_and_released() {
        let addresses = Addresses::new(2);
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let held = [addresses.enter(ip("10.0.0.1")), addresses.enter(ip("::ffff:10.0.0.1"))];
        assert!(held.iter().all(Option::is_some));
        assert!(addresses.enter(ip("10.0.0.1")).is_none(), "the same machine in both notations");
        assert!(addresses.enter(ip("10.0.0.2")).is_some());
        drop(held);
        assert!(addresses.open.lock().unwrap().is_empty(), "closed connections leave no entry");

        let _network = [addresses.enter(ip("2001:db8::1")), addresses.enter(ip("2001:db8::2"))];
        assert!(addresses.enter(ip("2001:db8::3")).is_none(), "one network of IPv6");
        assert!(addresses.enter(ip("2001:db8:0:1::1")).is_some());
    }
}
