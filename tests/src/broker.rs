// SPDX-License-Identifier: MPL-2.0
//! A real mosquitto on a free port of loopback, stopped by its process id.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running broker; it ends with the value.
pub struct Broker {
    child: Child,
    port: u16,
    _dir: tempfile::TempDir,
}

/// A port of loopback on which nobody listens, nor will: a free one may be another test's the next moment.
pub const NOBODYS_PORT: u16 = 1;

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("loopback has a free port").port()
}

/// Where Debian keeps mosquitto; `None` with a line that says what is skipped.
pub fn mosquitto(test: &str) -> Option<&'static Path> {
    let path = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].map(Path::new).into_iter().find(|p| p.exists());
    if path.is_none() {
        eprintln!("skipped: {test}: mosquitto is not installed");
    }
    path
}

impl Broker {
    /// Starts one; `extra` are further lines of its configuration. `None` where mosquitto is missing.
    pub fn start(test: &str, extra: &str) -> Option<Self> {
        let program = mosquitto(test)?;
        // Another process may take the port between the two.
        (0..3).find_map(|_| Self::listen(program, free_port(), extra)).or_else(|| panic!("mosquitto ended at once three times"))
    }

    /// `None` when it ended at once.
    fn listen(program: &Path, port: u16, extra: &str) -> Option<Self> {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let config = dir.path().join("mosquitto.conf");
        let anonymous = if extra.contains("allow_anonymous") { "" } else { "allow_anonymous true\n" };
        // Started as root, it would give up its rights and could not read a test's files.
        let lines = format!("user root\nlistener {port} 127.0.0.1\n{anonymous}persistence false\n{extra}\n");
        std::fs::write(&config, lines).expect("the configuration is written");
        let mut command = Command::new(program);
        let child = command.arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut broker = Self { child: child.expect("mosquitto starts"), port, _dir: dir };
        for _ in 0..200 {
            let listens = TcpStream::connect(("127.0.0.1", port)).is_ok();
            if let Ok(Some(_)) = broker.child.try_wait() {
                return None;
            }
            if listens {
                return Some(broker);
            }
            pause(Duration::from_millis(25));
        }
        panic!("mosquitto does not listen on port {port}");
    }

    /// Its address for countsink.
    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What is retained under `topic` now (or arrives within two seconds): (topic, payload).
    pub fn retained(&self, topic: &str) -> Vec<(String, String)> {
        let mut child = Command::new("mosquitto_sub")
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-V", "5", "-t", topic, "-F", "%t %p", "-W", "2"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("mosquitto_sub starts");
        let mut text = String::new();
        child.stdout.take().expect("its output is piped").read_to_string(&mut text).expect("it is text");
        let _ = child.wait();
        text.lines().filter_map(|l| l.split_once(' ')).map(|(t, p)| (t.to_owned(), p.to_owned())).collect()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits in a test, where nothing can be waited on instead.
#[allow(clippy::disallowed_methods)]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}
