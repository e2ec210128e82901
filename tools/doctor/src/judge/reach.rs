// SPDX-License-Identifier: MPL-2.0
//! Does the name resolve, is the port open: asked before anything else, so that a wrong password is not looked for in a
//! cable.

use crate::check::{Check, Group};
use crate::measured::{Port, Reach};

/// The checks of the name and of the port. `what`: "camera" or "broker".
pub fn checks(group: Group, what: &str, host: &str, port: u16, reach: &Reach) -> Vec<Check> {
    let looked_up = format!("the name {host} was looked up");
    let name = match &reach.resolved {
        Ok(addresses) => Check::ok(group, "name", format!("{host} is {}", addresses.join(", "))),
        Err(words) => Check::failed(
            group,
            "name",
            format!("the name {host} does not resolve ({words})"),
            looked_up,
            format!("is it spelled right? is this machine's DNS set (/etc/resolv.conf)? else use the {what}'s IP address"),
        ),
    };
    let at = format!("port {port} of {host}");
    let tried = format!("a TCP connection to {at}");
    let port = match &reach.port {
        Port::Open => Check::ok(group, "port", format!("port open: yes, {at}")),
        Port::NotTried => Check::not_tried(group, "port", "the name did not resolve"),
        Port::Refused => Check::failed(
            group,
            "port",
            format!("port open: no, {at} is closed"),
            tried,
            format!("does the {what} run, and on this port? is the service switched on in it?"),
        ),
        Port::Silent => Check::failed(
            group,
            "port",
            format!("port open: no, {at} does not answer"),
            tried,
            format!("is the {what} on, and is its cable in? is it in this network? does a firewall stand between?"),
        ),
        Port::Unreachable(words) => Check::failed(
            group,
            "port",
            format!("port open: no, {at} can not be reached ({words})"),
            tried,
            format!("is this machine in the {what}'s network (ip route)?"),
        ),
    };
    vec![name, port]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(resolved: Result<Vec<String>, String>, port: Port) -> Vec<Check> {
        checks(Group::Camera, "camera", "cam", 554, &Reach { resolved, port })
    }

    #[test]
    fn each_way_to_fail_has_its_remedy() {
        let there = || Ok(vec!["10.0.0.7".to_owned()]);
        assert!(of(there(), Port::Open).iter().all(|c| !c.is_failed()));
        for (port, words) in
            [(Port::Refused, "closed"), (Port::Silent, "does not answer"), (Port::Unreachable("no route".into()), "no route")]
        {
            let found = of(there(), port);
            assert!(found[1].is_failed() && found[1].finding.contains(words) && found[1].finding.contains("port open: no"));
        }
        let unknown = of(Err("unknown".into()), Port::NotTried);
        assert!(unknown[0].is_failed() && !unknown[1].is_failed());
    }
}
