// SPDX-License-Identifier: MPL-2.0
//! Looks a name up and knocks at a port.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Duration;

use footfall_doctor::measured::{Port, Reach};

/// A name server answers within this, or it is as good as none.
const RESOLVED_WITHIN: Duration = Duration::from_secs(6);
/// Anything in a local network accepts within this.
const OPEN_WITHIN: Duration = Duration::from_secs(4);

/// Does the name resolve, is the port open?
pub fn reach(host: &str, port: u16) -> (Reach, Option<SocketAddr>) {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = match resolve(host, port) {
        Ok(found) if !found.is_empty() => found,
        Ok(_) => return (Reach { resolved: Err("no address".into()), port: Port::NotTried }, None),
        Err(words) => return (Reach { resolved: Err(words), port: Port::NotTried }, None),
    };
    let resolved = Ok(found.iter().map(|a| a.ip().to_string()).collect());
    let mut last = Port::NotTried;
    for address in found {
        match TcpStream::connect_timeout(&address, OPEN_WITHIN) {
            Ok(_) => return (Reach { resolved, port: Port::Open }, Some(address)),
            Err(e) => {
                last = match e.kind() {
                    ErrorKind::ConnectionRefused => Port::Refused,
                    ErrorKind::TimedOut | ErrorKind::WouldBlock => Port::Silent,
                    _ => Port::Unreachable(e.to_string()),
                }
            }
        }
    }
    (Reach { resolved, port: last }, None)
}

/// The system's look-up can hang for longer than anybody waits; then its thread is left behind.
fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
    let (send, receive) = mpsc::channel();
    let host = host.to_owned();
    std::thread::spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs().map(|found| {
            let mut found: Vec<SocketAddr> = found.collect();
            found.dedup();
            found
        });
        let _ = send.send(found.map_err(|e| e.to_string()));
    });
    receive.recv_timeout(RESOLVED_WITHIN).unwrap_or_else(|_| Err(format!("no answer within {} s", RESOLVED_WITHIN.as_secs())))
}
