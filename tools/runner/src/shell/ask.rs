// SPDX-License-Identifier: MPL-2.0
//! Does a camera's port take a connection? Nothing is sent; a camera that is away is not worth a pipeline.

use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use gst::prelude::*;

use super::pipeline::{elements, is};
use crate::launch_text::{Address, url_address};

/// A camera in the same building answers within milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where the cameras of a pipeline are, as far as it is known: other sources are none of these, and the way by a proxy is
/// another one.
pub fn cameras(pipeline: &gst::Pipeline) -> Vec<Address> {
    let text = |e: &gst::Element, name: &str| e.property::<Option<String>>(name).filter(|t| !t.is_empty());
    let direct = elements(pipeline).filter(|e| is(e, "rtspsrc") && text(e, "proxy").is_none());
    direct.filter_map(|e| url_address(&text(&e, "location")?)).collect()
}

/// Does it?
pub fn answers(address: &Address) -> bool {
    let Ok(found) = (address.host.as_str(), address.port).to_socket_addrs() else { return false };
    found.into_iter().any(|socket| TcpStream::connect_timeout(&socket, PATIENCE).is_ok())
}
