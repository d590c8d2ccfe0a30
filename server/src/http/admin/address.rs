//! Where a request came from.

use std::net::{IpAddr, SocketAddr};

use app::admin::ClientAddress;
use axum::extract::{ConnectInfo, Request};

/// The client's address. A proxy on this machine is believed about whom it passes on; nobody else is.
pub(super) fn of(request: &Request) -> ClientAddress {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    let forwarded = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok());
    ClientAddress(client(peer, forwarded))
}

fn client(peer: Option<IpAddr>, forwarded: Option<&str>) -> Option<IpAddr> {
    let passed_on = forwarded
        .filter(|_| peer.is_some_and(|peer| peer.is_loopback()))
        // A proxy adds whom it saw at the end; what stands before may be made up.
        .and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
    passed_on.or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_on_this_machine_is_believed() {
        let check = |peer: &str, forwarded: Option<&str>, expected: &str| {
            let found = client(peer.parse().ok(), forwarded).unwrap();
            assert_eq!(found.to_string(), expected, "{peer} {forwarded:?}");
        };
        check("203.0.113.9", None, "203.0.113.9");
        check("203.0.113.9", Some("198.51.100.1"), "203.0.113.9");
        check("127.0.0.1", Some("198.51.100.1"), "198.51.100.1");
        check("::1", Some("10.0.0.1, 2001:db8::7"), "2001:db8::7");
        check("127.0.0.1", Some("nonsense"), "127.0.0.1");
    }
}
