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
    /// Where the test reads, unencrypted.
    reading_port: u16,
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
        Self::start_with(test, |port| (port, extra.to_owned()))
    }

    /// Starts one whose port is configured by `extra`, for an encrypted one, and which has another for the test's own eyes.
    pub fn start_encrypted(test: &str, extra: &str) -> Option<Self> {
        Self::start_with(test, |_| {
            let reading_port = free_port();
            (reading_port, format!("{extra}\nlistener {reading_port} 127.0.0.1"))
        })
    }

    fn start_with(test: &str, configure: impl Fn(u16) -> (u16, String)) -> Option<Self> {
        let program = mosquitto(test)?;
        let listen = |_| {
            let port = free_port();
            let (reading_port, extra) = configure(port);
            Self::listen(program, port, reading_port, &extra)
        };
        // Another process may take the port between the two.
        (0..3).find_map(listen).or_else(|| panic!("mosquitto ended at once three times"))
    }

    /// `None` when it ended at once.
    fn listen(program: &Path, port: u16, reading_port: u16, extra: &str) -> Option<Self> {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let config = dir.path().join("mosquitto.conf");
        let anonymous = if extra.contains("allow_anonymous") { "" } else { "allow_anonymous true\n" };
        // Started as root, it would give up its rights and could not read a test's files.
        let lines = format!("user root\nlistener {port} 127.0.0.1\n{anonymous}persistence false\n{extra}\n");
        std::fs::write(&config, lines).expect("the configuration is written");
        let mut command = Command::new(program);
        let child = command.arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut broker = Self { child: child.expect("mosquitto starts"), port, reading_port, _dir: dir };
        for _ in 0..200 {
            let listens = [port, reading_port].into_iter().all(|port| TcpStream::connect(("127.0.0.1", port)).is_ok());
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
        let lines = self.hear(topic, "%t %p", 2).finish();
        lines.iter().filter_map(|l| l.split_once(' ')).map(|(t, p)| (t.to_owned(), p.to_owned())).collect()
    }

    /// Hears `topic` for so many seconds; `format` is mosquitto_sub's.
    pub fn hear(&self, topic: &str, format: &str, seconds: u32) -> Hearing {
        let (port, seconds) = (self.reading_port.to_string(), seconds.to_string());
        let arguments = ["-h", "127.0.0.1", "-p", &port, "-V", "5", "-q", "1", "-t", topic, "-F", format, "-W", &seconds];
        let child = Command::new("mosquitto_sub").args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        Hearing { child: child.expect("mosquitto_sub starts") }
    }

    /// Publishes a retained message.
    pub fn say(&self, topic: &str, text: &str) {
        let port = self.reading_port.to_string();
        let arguments = ["-h", "127.0.0.1", "-p", &port, "-V", "5", "-q", "1", "-r", "-t", topic, "-m", text];
        let said = Command::new("mosquitto_pub").args(arguments).status().expect("mosquitto_pub starts");
        assert!(said.success(), "{topic}");
    }

    /// It is there and does nothing.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// It goes on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill starts");
        assert!(sent.success(), "{signal}");
    }
}

/// A subscriber that hears until its time is over.
pub struct Hearing {
    child: Child,
}

impl Hearing {
    /// Waits for the end and returns what was heard, a line each.
    pub fn finish(mut self) -> Vec<String> {
        let mut text = String::new();
        self.child.stdout.take().expect("its output is piped").read_to_string(&mut text).expect("it is text");
        let _ = self.child.wait();
        text.lines().map(str::to_owned).collect()
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
