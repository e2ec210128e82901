// SPDX-License-Identifier: MPL-2.0
//! A film as an RTSP camera on loopback, by the same script that the demo uses.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A running camera; it ends with the value.
pub struct Camera {
    child: Child,
    /// Kept open: the script ends when nobody listens to it any more.
    _output: BufReader<ChildStdout>,
    url: String,
}

impl Camera {
    /// Plays `film`, encoded anew, from the first client on. `None` where the RTSP server's bindings are missing.
    pub fn start(test: &str, film: &Path) -> Option<Self> {
        Self::start_with(test, film, &[])
    }

    /// The same, with further arguments of the script, such as `--port`.
    pub fn start_with(test: &str, film: &Path, arguments: &[&str]) -> Option<Self> {
        let script = crate::place::root().join("pipelines/footfall_tools/camera.py");
        let probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer";
        if !Command::new("/usr/bin/python3").args(["-c", probe]).stderr(Stdio::null()).status().is_ok_and(|s| s.success()) {
            eprintln!("skipped: {test}: gst-rtsp-server is not installed");
            return None;
        }
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).arg(film).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the camera starts");
        let mut url = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        output.read_line(&mut url).expect("it prints its address");
        assert!(url.contains("://127.0.0.1:"), "the camera says {url:?}");
        Some(Self { child, _output: output, url: url.trim().to_owned() })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The port in its address.
    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().and_then(|rest| rest.split('/').next()).and_then(|p| p.parse().ok()).expect("a port")
    }

    /// Kills it.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Makes it hang as a camera whose cable was pulled.
    pub fn hang(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|s| s.success()));
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.kill();
    }
}
