// SPDX-License-Identifier: MPL-2.0
//! Tells a service manager how it goes: sd_notify(3), in the part of it that is needed.
//!
//! The crate `sd-notify` (0.5) does not connect to abstract sockets, which containers use; this is all that it would do here.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// What a service manager is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It has started.
    Ready,
    /// It is alive.
    Alive,
    /// It stops.
    Stopping,
    /// One line for `systemctl status`.
    Status(String),
    /// It starts still, and wants so much more time.
    MoreTime(Duration),
}

/// The variables that a service manager sets.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// `NOTIFY_SOCKET`.
    pub socket: Option<std::ffi::OsString>,
    /// `WATCHDOG_USEC`.
    pub watchdog_usec: Option<String>,
    /// `WATCHDOG_PID`.
    pub watchdog_pid: Option<String>,
}

impl Variables {
    /// Those of this process.
    pub fn of_process() -> Self {
        let text = |name| std::env::var(name).ok();
        Self {
            socket: std::env::var_os("NOTIFY_SOCKET").filter(|s| !s.is_empty()),
            watchdog_usec: text("WATCHDOG_USEC"),
            watchdog_pid: text("WATCHDOG_PID"),
        }
    }

    /// How long the service manager waits for a sign of life; `None` when it waits for none of process `pid`.
    pub fn watchdog(&self, pid: u32) -> Option<Duration> {
        let meant = self.watchdog_pid.as_ref().is_none_or(|text| text.parse() == Ok(pid));
        let usec: u64 = self.watchdog_usec.as_ref()?.parse().ok()?;
        (meant && usec > 0 && self.socket.is_some()).then(|| Duration::from_micros(usec))
    }
}

/// The service manager's ear, if there is one.
#[derive(Debug, Default)]
pub struct Manager {
    socket: Option<UnixDatagram>,
}

impl Manager {
    /// Connects to `NOTIFY_SOCKET`: a path, or `@name` for an abstract socket.
    ///
    /// # Errors
    /// When it is set and nobody listens there.
    pub fn connect(variables: &Variables) -> std::io::Result<Self> {
        let Some(name) = &variables.socket else { return Ok(Self::default()) };
        let address = match name.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(name)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&address)?;
        // A manager that does not read must not stop the pipeline's keeper.
        socket.set_nonblocking(true)?;
        Ok(Self { socket: Some(socket) })
    }

    /// Tells it, in one message. What can't be sent is lost: the next one comes soon.
    pub fn tell(&self, notes: &[Note]) {
        if let (Some(socket), false) = (&self.socket, notes.is_empty()) {
            let _ = socket.send(message(notes).as_bytes());
        }
    }
}

fn message(notes: &[Note]) -> String {
    let line = |note: &Note| match note {
        Note::Ready => "READY=1".to_owned(),
        Note::Alive => "WATCHDOG=1".to_owned(),
        Note::Stopping => "STOPPING=1".to_owned(),
        // A line break would begin another assignment.
        Note::Status(text) => format!("STATUS={}", text.replace(['\n', '\r'], " ")),
        Note::MoreTime(time) => format!("EXTEND_TIMEOUT_USEC={}", time.as_micros()),
    };
    notes.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(usec: &str, pid: Option<&str>) -> Variables {
        Variables { socket: Some("/s".into()), watchdog_usec: Some(usec.into()), watchdog_pid: pid.map(str::to_owned) }
    }

    #[test]
    fn the_watchdog_is_this_processs() {
        assert_eq!(variables("30000000", Some("7")).watchdog(7), Some(Duration::from_secs(30)));
        assert_eq!(variables("30000000", None).watchdog(7), Some(Duration::from_secs(30)));
        assert_eq!(variables("30000000", Some("8")).watchdog(7), None);
        assert_eq!(variables("30000000", Some("")).watchdog(7), None);
        assert_eq!(variables("0", None).watchdog(7), None);
        assert_eq!(variables("soon", None).watchdog(7), None);
        assert_eq!(Variables { watchdog_usec: Some("1".into()), ..Variables::default() }.watchdog(7), None);
    }

    #[test]
    fn both_kinds_of_sockets_hear_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let name = format!("@footfall-notify-test-{}", std::process::id());
        let abstract_address = SocketAddr::from_abstract_name(&name.as_bytes()[1..]).unwrap();
        let ears = [UnixDatagram::bind(&path).unwrap(), UnixDatagram::bind_addr(&abstract_address).unwrap()];
        for (ear, socket) in ears.iter().zip([path.into_os_string(), name.into()]) {
            let manager = Manager::connect(&Variables { socket: Some(socket), ..Variables::default() }).unwrap();
            manager.tell(&[Note::Ready, Note::Status("a\nREADY=0".into()), Note::MoreTime(Duration::from_secs(1))]);
            let mut heard = [0; 200];
            let n = ear.recv(&mut heard).unwrap();
            assert_eq!(std::str::from_utf8(&heard[..n]).unwrap(), "READY=1\nSTATUS=a READY=0\nEXTEND_TIMEOUT_USEC=1000000");
        }
    }

    #[test]
    fn without_a_manager_nothing_is_told() {
        Manager::connect(&Variables::default()).unwrap().tell(&[Note::Alive]);
        assert!(Manager::connect(&Variables { socket: Some("/nowhere/s".into()), ..Variables::default() }).is_err());
    }

    #[test]
    fn a_manager_that_does_not_read_holds_nobody_up() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let _deaf = UnixDatagram::bind(&path).unwrap();
        let manager = Manager::connect(&Variables { socket: Some(path.into_os_string()), ..Variables::default() }).unwrap();
        (0..10_000).for_each(|_| manager.tell(&[Note::Alive]));
    }
}
