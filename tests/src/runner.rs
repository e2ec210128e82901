// SPDX-License-Identifier: MPL-2.0
//! The command that keeps a pipeline alive, as a real process whose lines are read as they come.

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::place;

/// The command, as `tests/run` builds it beside the tests; `None` with a line that says what is skipped.
pub fn command(test: &str, dir: &Path) -> Option<Command> {
    place::init();
    let beside = std::env::current_exe().ok()?.parent()?.with_file_name("footfall-run");
    if !beside.exists() {
        eprintln!("skipped: {test}: the runner is not built (cargo build -p footfall-run)");
        return None;
    }
    let program = beside.to_str()?;
    Some(place::fresh_command(program, dir))
}

/// Writes a launch file.
pub fn launch_file(dir: &Path, text: &str) -> PathBuf {
    let path = dir.join("test.launch");
    std::fs::write(&path, text).expect("the launch file is written");
    path
}

/// A runner that runs; it is killed with the value.
pub struct Runner {
    child: Child,
    lines: Receiver<(Instant, String)>,
    /// Everything that it said so far.
    pub said: Vec<String>,
}

impl Runner {
    /// Starts `command`.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let errors = BufReader::new(child.stderr.take().expect("its errors are piped"));
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in errors.split(b'\n').map_while(Result::ok) {
                if send.send((now(), String::from_utf8_lossy(&line).into_owned())).is_err() {
                    return;
                }
            }
        });
        Self { child, lines, said: Vec::new() }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line with these words, and says when it came.
    #[track_caller]
    pub fn wait_for(&mut self, words: &str, patience_s: u64) -> Instant {
        let until = now() + Duration::from_secs(patience_s);
        while let Ok((at, line)) = self.lines.recv_timeout(until.saturating_duration_since(now())) {
            self.said.push(line);
            if self.said.last().is_some_and(|line| line.contains(words)) {
                return at;
            }
        }
        panic!("it did not say {words:?} within {patience_s} s: {:#?}", self.said);
    }

    /// What it says in the next so many seconds.
    pub fn listen(&mut self, time: Duration) {
        let until = now() + time;
        while let Ok((_, line)) = self.lines.recv_timeout(until.saturating_duration_since(now())) {
            self.said.push(line);
        }
        // It may have ended earlier.
        crate::broker::pause(until.saturating_duration_since(now()));
    }

    /// Sends a signal, such as `-TERM`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|s| s.success()));
    }

    /// Has it ended?
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_some()
    }

    /// Waits for its end, and gives the exit status.
    #[track_caller]
    pub fn end(&mut self, patience_s: u64) -> i32 {
        let until = now() + Duration::from_secs(patience_s);
        while now() < until {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                self.said.extend(self.lines.iter().map(|(_, line)| line));
                return status.code().unwrap_or_else(|| panic!("it ended by a signal: {status}; {:#?}", self.said));
            }
            crate::broker::pause(Duration::from_millis(20));
        }
        panic!("it did not end within {patience_s} s: {:#?}", self.said);
    }

    /// Asks it to stop, and waits.
    #[track_caller]
    pub fn stop(&mut self) -> i32 {
        self.signal("-TERM");
        self.end(15)
    }

    /// Everything that it said, as one text.
    pub fn text(&self) -> String {
        self.said.join("\n")
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A service manager's ear in a folder.
pub struct Manager {
    socket: UnixDatagram,
    /// For `NOTIFY_SOCKET`.
    pub path: PathBuf,
}

impl Manager {
    /// Listens.
    pub fn listen(dir: &Path) -> Self {
        let path = dir.join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket in a folder");
        Self { socket, path }
    }

    /// The assignments of the next message, and when it came; `None` when none comes in that time.
    pub fn hear(&self, patience: Duration) -> Option<(Instant, Vec<String>)> {
        self.socket.set_read_timeout(Some(patience.max(Duration::from_millis(1)))).expect("a time-out is set");
        let mut bytes = [0; 4096];
        let n = self.socket.recv(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(bytes.get(..n)?).into_owned();
        Some((now(), text.lines().map(str::to_owned).collect()))
    }

    /// Hears everything from now on, each with the moment when it came.
    pub fn follow(self) -> Receiver<(Instant, String)> {
        let (send, heard) = channel();
        std::thread::spawn(move || {
            while let Some((at, notes)) = self.hear(Duration::from_secs(600)) {
                if notes.into_iter().any(|note| send.send((at, note)).is_err()) {
                    return;
                }
            }
        });
        heard
    }

    /// Everything that is told in that time.
    pub fn hear_for(&self, time: Duration) -> Vec<(Instant, String)> {
        let until = now() + time;
        let mut heard = Vec::new();
        while now() < until {
            if let Some((at, notes)) = self.hear(until.saturating_duration_since(now())) {
                heard.extend(notes.into_iter().map(|note| (at, note)));
            }
        }
        heard
    }
}

/// The moment, in tests.
#[allow(clippy::disallowed_methods)]
pub fn now() -> Instant {
    Instant::now()
}
