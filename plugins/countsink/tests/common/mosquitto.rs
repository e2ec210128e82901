// SPDX-License-Identifier: MPL-2.0
//! A mosquitto of a test's own, and how to wait for it.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Waits where nothing can be waited on instead.
#[allow(clippy::disallowed_methods)]
pub fn pause(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

/// Waits until something is so, ten seconds at most.
#[track_caller]
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..400 {
        if done() {
            return;
        }
        pause(25);
    }
    panic!("not within ten seconds: {what}");
}

/// A port of loopback that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running broker, which ends with the value.
pub struct Mosquitto {
    child: Child,
    pub port: u16,
    pub dir: tempfile::TempDir,
}

impl Mosquitto {
    /// Starts one on a port. `None` with a line that says what is skipped where mosquitto is missing.
    pub fn start(test: &str, port: u16, extra: &str) -> Option<Self> {
        let Some(program) = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"].into_iter().find(|p| Path::new(p).exists()) else {
            eprintln!("skipped: {test}: mosquitto is not installed");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("mosquitto.conf");
        let lines = format!("user root\nlistener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n{extra}\n");
        std::fs::write(&config, lines).unwrap();
        let child = Command::new(program).arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut broker = Self { child, port, dir };
        until("mosquitto listens", || {
            assert!(broker.child.try_wait().unwrap().is_none(), "mosquitto ended at once");
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Some(broker)
    }

    /// What is retained, as `topic payload`.
    pub fn retained(&self) -> Vec<String> {
        let port = self.port.to_string();
        let out = Command::new("mosquitto_sub")
            .args(["-h", "127.0.0.1", "-p", &port, "-V", "5", "-t", "footfall/#", "--retained-only", "-F", "%t %p", "-W", "1"])
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    pub fn status(&self) -> Option<String> {
        self.retained().iter().find_map(|line| line.strip_prefix("footfall/shop/door/status ").map(str::to_owned))
    }

    pub fn counts(&self) -> Option<String> {
        self.retained().iter().find_map(|line| line.strip_prefix("footfall/shop/door/counts ").map(str::to_owned))
    }

    /// Stops it as a box that swaps, or lets it go on.
    pub fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Hears every payload from now on.
    pub fn subscribe(&self) -> Subscriber {
        let port = self.port.to_string();
        let mut child = Command::new("mosquitto_sub")
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-V",
                "5",
                "-q",
                "1",
                "-t",
                "footfall/shop/door/counts",
                "-t",
                "ready",
                "-F",
                "%p",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || output.lines().map_while(Result::ok).for_each(|line| drop(send.send(line))));
        let subscriber = Subscriber { child, lines };
        until("it hears", || {
            let said =
                Command::new("mosquitto_pub").args(["-h", "127.0.0.1", "-p", &port, "-t", "ready", "-m", "ready"]).status();
            assert!(said.unwrap().success());
            subscriber.lines.recv_timeout(Duration::from_millis(200)).is_ok()
        });
        subscriber
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Who hears; it ends with the value.
pub struct Subscriber {
    child: Child,
    lines: Receiver<String>,
}

impl Subscriber {
    /// Everything heard so far that was not asked for before.
    pub fn heard(&self) -> Vec<String> {
        self.lines.try_iter().filter(|line| line != "ready").collect()
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
